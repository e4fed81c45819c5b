//! The settings as flags: every setting of the configuration is a flag of the same name. Secrets are never settings, so
//! none can be a flag.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Arg, ArgAction, ArgMatches};
use lommebok_server::config::{DevConfig, Setting, Sources, Unset, default_in_words, purpose, settings};

/// A flag for each setting that `unset` does not say is absent, and `--config`.
pub(super) fn flags(unset: fn(&Setting) -> Unset) -> Vec<Arg> {
    let mut flags: Vec<Arg> = settings()
        .iter()
        .filter(|setting| unset(setting) != Unset::Absent)
        .map(|setting| {
            let purpose = purpose(setting);
            let default = match unset(setting) {
                Unset::Value(value) => Some(value.to_owned()),
                Unset::Derived => default_in_words(setting),
                Unset::Wanted | Unset::Absent => None,
            };
            let help = default.map_or_else(|| purpose.clone(), |default| format!("{purpose} [default: {default}]"));
            let flag = Arg::new(setting.name).long(setting.flag_name()).value_name("VALUE").help(help);
            if setting.many { flag.action(ArgAction::Append) } else { flag }
        })
        .collect();
    flags.push(file().help("Read settings from this TOML file; `lommebok config` prints one with comments"));
    flags
}

/// `--config`.
pub(super) fn file() -> Arg {
    Arg::new("config").long("config").value_name("FILE").env("LOMMEBOK_CONFIG").hide_env_values(true)
}

/// The data directory of the sandbox that a command is about, from wherever it is set.
pub(crate) fn data_dir(matches: &ArgMatches) -> anyhow::Result<PathBuf> {
    Ok(DevConfig::load(&sources(matches)?)?.data.data_dir)
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
