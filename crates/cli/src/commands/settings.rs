//! The settings as flags: every setting of the configuration is a flag of the same name, but for secrets.

use std::path::PathBuf;

use anyhow::Context;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, ValueHint};
use lommebok_server::config::{
    DevConfig, SandboxDataConfig, Setting, Sources, Unset, default_in_words, purpose, section, settings,
};

/// A flag for each setting that `unset` does not say is absent, and `--config`. The help begins with those that people use each
/// day, or must; the others are in the sections of the commented default file.
pub(super) fn flags(unset: fn(&Setting) -> Unset) -> Vec<Arg> {
    let mut flags: Vec<Arg> = settings()
        .iter()
        .filter(|setting| unset(setting) != Unset::Absent && !setting.secret)
        .map(|setting| {
            let comes_first = setting.everyday || unset(setting) == Unset::Wanted;
            let flag = flag(setting, unset(setting));
            if comes_first { flag } else { flag.help_heading(section(setting)) }
        })
        .collect();
    flags.push(file().help("Read settings from this TOML file; `lommebok config` prints one with comments"));
    flags
}

fn flag(setting: &Setting, unset: Unset) -> Arg {
    let purpose = purpose(setting);
    let default = match unset {
        Unset::Value(value) => Some(value.to_owned()),
        Unset::Derived => default_in_words(setting),
        Unset::Wanted | Unset::Absent => None,
    };
    let help = default.map_or_else(|| purpose.clone(), |default| format!("{purpose} [default: {default}]"));
    let flag = Arg::new(setting.name).long(setting.flag_name()).value_name(setting.value_name).help(help);
    let flag = match setting.values() {
        Some(values) => flag.value_parser(PossibleValuesParser::new(values)).hide_possible_values(true),
        None => flag.value_hint(hint(setting.value_name)),
    };
    if setting.many { flag.action(ArgAction::Append) } else { flag }
}

/// What a shell completes such a value with.
fn hint(value_name: &str) -> ValueHint {
    match value_name {
        "DIR" => ValueHint::DirPath,
        "FILE" => ValueHint::FilePath,
        "HOST" => ValueHint::Hostname,
        "URL" => ValueHint::Url,
        _ => ValueHint::Other,
    }
}

/// `--config`.
pub(super) fn file() -> Arg {
    Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_hint(ValueHint::FilePath)
        .env("LOMMEBOK_CONFIG")
        .hide_env_values(true)
}

/// Where the sandbox that a command is about keeps its things, from wherever it is set.
pub(crate) fn data(matches: &ArgMatches) -> anyhow::Result<SandboxDataConfig> {
    Ok(DevConfig::load(&sources(matches)?)?.data)
}

/// What was said on the command line, in the environment and in the file.
pub(super) fn sources(matches: &ArgMatches) -> anyhow::Result<Sources> {
    let mut sources = Sources { environment: std::env::vars().collect(), ..Sources::default() };
    for setting in settings() {
        if let Ok(Some(values)) = matches.try_get_many::<String>(setting.name) {
            let values: Vec<&str> = values.map(String::as_str).collect();
            sources.flags.insert(setting.name.to_owned(), values.join(","));
        }
    }
    if let Some(path) = matches.get_one::<String>("config") {
        let text = std::fs::read_to_string(path).with_context(|| format!("{path} can't be read"))?;
        sources.file = Some((PathBuf::from(path), text));
    }
    for name in sources.unknown_environment() {
        eprintln!("lommebok: {name} is set but is no setting; is it misspelt?");
    }
    Ok(sources)
}
