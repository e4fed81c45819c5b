//! `lommebok`, the one executable. One file per command in `commands/`; nothing here knows a rule of a payment.
//!
//! A word alone (`lommebok`) means `lommebok dev`. Faults go to stderr in words, with a non-zero exit status.

mod commands;
mod control_client;
mod running;
mod table;

use std::process::ExitCode;

use clap::Command;

fn main() -> ExitCode {
    let matches = command().get_matches();
    let done = match matches.subcommand() {
        Some(("serve", matches)) => commands::serve::run(matches),
        Some(("env", matches)) => commands::env::run(matches),
        Some(("config", _)) => commands::config::run(),
        Some(("clock", matches)) => commands::clock::run(matches),
        Some(("batch", matches)) => commands::batch::run(matches),
        Some(("payments", matches)) => commands::payments::run(matches),
        Some((_, matches)) => commands::dev::run(matches),
        None => commands::dev::run(&matches),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("lommebok: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

/// The whole command line.
fn command() -> Command {
    let root = Command::new("lommebok")
        .version(env!("CARGO_PKG_VERSION"))
        .about("An open implementation of the Vipps PSP API v3: the wallet's side. Without a word: dev")
        .subcommand(commands::dev::command())
        .subcommand(commands::serve::command())
        .subcommand(commands::env::command())
        .subcommand(commands::config::command())
        .subcommand(commands::clock::command())
        .subcommand(commands::batch::command())
        .subcommand(commands::payments::command());
    // `lommebok --listen …` is `lommebok dev --listen …`.
    commands::dev::arguments().into_iter().fold(root, Command::arg)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        super::command().debug_assert();
    }
}
