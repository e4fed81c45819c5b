//! `lommebok seed`: the built-in seed with every key explained, to copy and change; and a look at one that was changed.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Arg, ArgMatches, Command, ValueHint, value_parser};
use lommebok_server::seeds::Seed;

use super::say;

pub(crate) fn command() -> Command {
    let check = Arg::new("check").long("check").value_name("FILE").value_hint(ValueHint::FilePath);
    let check = check.value_parser(value_parser!(PathBuf)).help("Reads this seed, and says what is wrong with it");
    Command::new("seed").about("Prints the built-in seed (TOML), each key explained").after_help(EXAMPLE).arg(check)
}

const EXAMPLE: &str = "To begin with PSPs, merchants, users and cards of your own:
  lommebok seed > seed.toml
  lommebok dev --seed-file seed.toml";

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some(file) = matches.get_one::<PathBuf>("check") else {
        say(Seed::built_in_text().trim_end());
        return Ok(());
    };
    let Seed { psps, merchants, users } = read(file)?;
    let cards: usize = users.iter().map(|user| user.cards.len()).sum();
    let (psps, merchants, users) = (psps.len(), merchants.len(), users.len());
    say(format!("{} is good: {psps} PSPs, {merchants} merchants, {users} users, {cards} cards", file.display()));
    Ok(())
}

/// Reads a seed from a file.
pub(super) fn read(file: &Path) -> anyhow::Result<Seed> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))?;
    Ok(Seed::parse(file, &text)?)
}
