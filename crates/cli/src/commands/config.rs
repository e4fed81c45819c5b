//! `lommebok config`: the commented defaults, which are the reference of all settings.

use clap::Command;

use super::say;

pub(crate) fn command() -> Command {
    Command::new("config").about("Prints the commented default settings (TOML)")
}

#[expect(clippy::unnecessary_wraps, reason = "every command answers alike")]
pub(crate) fn run() -> anyhow::Result<()> {
    say(lommebok_server::config::commented_default().trim_end());
    Ok(())
}
