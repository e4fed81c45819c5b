//! One file per command. A command reads its arguments, does one thing and prints it; `--json` prints it for programs.

pub(crate) mod batch;
pub(crate) mod clock;
pub(crate) mod config;
pub(crate) mod dev;
pub(crate) mod env;
pub(crate) mod payments;
pub(crate) mod serve;
mod settings;

use clap::{Arg, ArgAction, Command};

/// `--data-dir`, `--url` and `--json`: how every command that asks a running server is told which, and for whom it prints.
pub(crate) fn of_running_server(command: Command) -> Command {
    command
        .arg(
            Arg::new("data-dir")
                .long("data-dir")
                .value_name("DIR")
                .default_value(".lommebok")
                .env("LOMMEBOK_DATA_DIR")
                .help("The server's data directory"),
        )
        .arg(
            Arg::new("url")
                .long("url")
                .value_name("URL")
                .help("The server's address; else the one in the data directory"),
        )
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON"))
}

/// Prints one line of a command's result.
#[expect(clippy::print_stdout, reason = "the result of a command goes to stdout")]
pub(crate) fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
