//! `lommebok config`: the commented defaults, which are the reference of all settings.

use clap::Command;

pub(crate) fn command() -> Command {
    Command::new("config").about("Prints the commented default settings (TOML)")
}

#[expect(clippy::print_stdout, reason = "the result of a command goes to stdout")]
#[expect(clippy::unnecessary_wraps, reason = "every command answers alike")]
pub(crate) fn run() -> anyhow::Result<()> {
    print!("{}", lommebok_server::config::commented_default());
    Ok(())
}
