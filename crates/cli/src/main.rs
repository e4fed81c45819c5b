//! `lommebok`, the one executable. One file per command in `commands/`; nothing here knows a rule of a payment.
//!
//! A word alone (`lommebok`) means `lommebok dev`. Faults go to stderr in words, with a non-zero exit status.

mod beside;
mod commands;
mod control_client;
mod duration;
mod running;
mod shell;
mod table;

use std::process::ExitCode;

use clap::{Arg, Command};

fn main() -> ExitCode {
    let matches = command(&commands::dev::all_arguments()).get_matches();
    let done = match matches.subcommand() {
        Some(("serve", matches)) => commands::serve::run(matches),
        Some(("env", matches)) => commands::env::run(matches),
        Some(("config", _)) => commands::config::run(),
        Some(("seed", matches)) => commands::seed::run(matches),
        Some(("clock", matches)) => commands::clock::run(matches),
        Some(("batch", matches)) => commands::batch::run(matches),
        Some(("check", matches)) => commands::check::run(matches),
        Some(("logs", matches)) => commands::logs::run(matches),
        Some(("tenants", matches)) => commands::tenants::run(matches),
        Some(("dashboard", matches)) => commands::dashboard::run(matches),
        Some(("export", matches)) => commands::export::run(matches),
        Some(("payments", matches)) => commands::payments::run(matches),
        Some(("users", matches)) => commands::users::run(matches),
        Some(("completions", matches)) => commands::completions::run(matches, for_people()),
        Some(("man", matches)) => commands::man::run(matches, for_people()),
        Some((_, matches)) => commands::dev::run(matches),
        None => commands::dev::run(&matches),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("lommebok: {}", in_words(&fault));
            ExitCode::FAILURE
        }
    }
}

/// The fault and its causes; a cause that its effect already contains is left out.
fn in_words(fault: &anyhow::Error) -> String {
    let mut words = fault.to_string();
    for cause in fault.chain().skip(1).map(ToString::to_string) {
        if !words.contains(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}

/// The command line without what only tests want.
fn for_people() -> Command {
    command(&commands::dev::arguments())
}

/// The whole command line, with these arguments for `dev`.
fn command(of_dev: &[Arg]) -> Command {
    let root = Command::new("lommebok")
        .version(env!("CARGO_PKG_VERSION"))
        .about("An open implementation of the Vipps PSP API v3: the wallet's side")
        .after_help(AFTER_HELP)
        .subcommand(commands::dev::command(of_dev.to_vec()))
        .subcommand(commands::serve::command())
        .subcommand(commands::env::command())
        .subcommand(commands::config::command())
        .subcommand(commands::seed::command())
        .subcommand(commands::clock::command())
        .subcommand(commands::batch::command())
        .subcommand(commands::payments::command())
        .subcommand(commands::tenants::command())
        .subcommand(commands::users::command())
        .subcommand(commands::logs::command())
        .subcommand(commands::export::command())
        .subcommand(commands::dashboard::command())
        .subcommand(commands::check::command())
        .subcommand(commands::completions::command())
        .subcommand(commands::man::command());
    // `lommebok --listen …` is `lommebok dev --listen …`.
    of_dev.iter().map(|argument| argument.clone().hide(true)).fold(root, Command::arg)
}

const AFTER_HELP: &str = "Without a command: dev, whose options (lommebok dev --help) then need no command either.
Each setting is also an environment variable (LOMMEBOK_LISTEN) and a line of the file that --config names.";

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        super::command(&super::commands::dev::all_arguments()).debug_assert();
    }

    #[test]
    fn a_fault_is_told_with_its_causes_and_each_only_once() {
        let cause = std::io::Error::other("no such file");
        let fault = Err::<(), _>(cause).context("a.db: no such file").context("a.db can't be used").unwrap_err();
        assert_eq!(super::in_words(&fault), "a.db can't be used: a.db: no such file");
    }
}
