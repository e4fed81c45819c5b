//! `lommebok completions`: what a shell needs to complete our commands and options. Made from the command line itself.

use anyhow::Context;
use clap::{Arg, ArgMatches, Command};
use clap_complete::{Shell, generate};

pub(crate) fn command() -> Command {
    let shell = Arg::new("shell").required(true).value_name("SHELL").value_parser(["bash", "zsh", "fish"]);
    Command::new("completions").about("Prints completions for a shell").after_help(HOW_TO_INSTALL).arg(shell)
}

const HOW_TO_INSTALL: &str = "To install them, for the next shell that you start:
  lommebok completions bash > ~/.local/share/bash-completion/completions/lommebok
  lommebok completions zsh > \"${fpath[1]}/_lommebok\"
  lommebok completions fish > ~/.config/fish/completions/lommebok.fish";

pub(crate) fn run(matches: &ArgMatches, mut whole: Command) -> anyhow::Result<()> {
    let shell = match matches.get_one::<String>("shell").context("say bash, zsh or fish")?.as_str() {
        "bash" => Shell::Bash,
        "zsh" => Shell::Zsh,
        _ => Shell::Fish,
    };
    let name = whole.get_name().to_owned();
    let mut script = Vec::new();
    generate(shell, &mut whole, name, &mut script);
    super::say(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}
