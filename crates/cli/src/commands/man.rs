//! `lommebok man`: the man pages, one for each command. Made from the command line itself.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Arg, ArgMatches, Command, ValueHint, value_parser};

pub(crate) fn command() -> Command {
    let directory = Arg::new("directory").required(true).value_name("DIR").value_hint(ValueHint::DirPath);
    let directory = directory.value_parser(value_parser!(PathBuf)).help("Where they go; it is made if need be");
    Command::new("man").about("Writes the man pages").after_help(HOW_TO_INSTALL).arg(directory)
}

const HOW_TO_INSTALL: &str = "To install them, so that `man lommebok` and `man lommebok-dev` find them:
  lommebok man ~/.local/share/man/man1";

pub(crate) fn run(matches: &ArgMatches, whole: Command) -> anyhow::Result<()> {
    let directory = matches.get_one::<PathBuf>("directory").context("a directory is missing")?;
    let written = fs::create_dir_all(directory).and_then(|()| clap_mangen::generate_to(whole, directory));
    written.with_context(|| format!("{} can't be written to", directory.display()))
}
