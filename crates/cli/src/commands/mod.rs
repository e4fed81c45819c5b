//! One file per command. A command reads its arguments, does one thing and prints it; `--json` prints it for programs.

pub(crate) mod batch;
pub(crate) mod check;
pub(crate) mod clock;
pub(crate) mod completions;
pub(crate) mod config;
mod crash_points;
pub(crate) mod dashboard;
pub(crate) mod dev;
pub(crate) mod env;
pub(crate) mod export;
mod greeting;
pub(crate) mod logs;
pub(crate) mod man;
pub(crate) mod payments;
mod restored;
pub(crate) mod seed;
pub(crate) mod serve;
mod settings;
pub(crate) mod tenants;
pub(crate) mod users;

use std::io::Write as _;
use std::time::Duration;

use clap::{Arg, ArgAction, Command, ValueHint};
use serde::Serialize;

pub(crate) use settings::data;

use crate::duration;

/// How long a server waits by itself.
const WITHIN: Duration = Duration::from_secs(10);

/// `--tenant`, and all of [`of_the_server`]: how every command that asks a world is told which, and for whom it prints.
pub(crate) fn of_running_server(command: Command) -> Command {
    of_the_server(command).arg(tenant_arg())
}

/// `--tenant`: the world that a command is about.
pub(crate) fn tenant_arg() -> Arg {
    let name = |text: &str| {
        let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if !text.is_empty() && text.bytes().all(fits) { Ok(text.to_owned()) } else { Err("no name of a tenant") }
    };
    let tenant = Arg::new("tenant").long("tenant").value_name("NAME").value_parser(name);
    tenant.help("The world of this name (lommebok tenants); without it, the first")
}

/// `--data-dir`, `--config`, `--url` and `--json`: how a command is told which server it asks, and for whom it prints.
pub(crate) fn of_the_server(command: Command) -> Command {
    about_a_data_dir(command).arg(
        Arg::new("url")
            .long("url")
            .value_name("URL")
            .value_hint(ValueHint::Url)
            .help("The server's address; without it, the one that runs on the data directory"),
    )
}

/// The same for a command that only looks into the data directory.
pub(crate) fn about_a_data_dir(command: Command) -> Command {
    command
        .arg(
            Arg::new("data_dir")
                .long("data-dir")
                .value_name("DIR")
                .value_hint(ValueHint::DirPath)
                .help("The server's data directory [default: .lommebok]"),
        )
        .arg(settings::file().help("The server's settings, for the data directory in them"))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON"))
}

/// `--within`: how long a command waits at most.
pub(crate) fn within_arg() -> Arg {
    let within = Arg::new("within").long("within").value_name("DURATION").value_parser(duration::parse);
    within.help("For so long at most: of real time, and with `clock auto` of business time [default: 10s of real time]")
}

/// How long that is, in words.
pub(crate) fn within_in_words(within: Option<Duration>) -> String {
    duration::in_words(within.unwrap_or(WITHIN))
}

/// Prints one line of a command's result. A reader that has stopped (`| head`) misses the rest.
pub(crate) fn say(line: impl std::fmt::Display) {
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}

/// Prints a result for programs, its members in the order of the alphabet.
pub(crate) fn say_json(result: &impl Serialize) -> anyhow::Result<()> {
    say(serde_json::to_value(result)?);
    Ok(())
}

/// A text from an answer for a terminal: outsiders wrote some of it, so what would move the cursor or change colours is written out.
pub(crate) fn text(text: &str) -> String {
    let shown = |character: char| {
        if character.is_control() { character.escape_default().to_string() } else { character.to_string() }
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn what_a_stranger_wrote_moves_no_cursor() {
        assert_eq!(text("bl\u{e5}b\u{e6}r\u{1b}[2J\n\u{9b}"), "blåbær\\u{1b}[2J\\n\\u{9b}");
    }
}
