//! `lommebok serve`: the production form. It refuses to start until everything it needs is there, naming every fault at
//! once; the token service is always among them, because there is none but the simulated one yet.

use anyhow::bail;
use clap::{ArgMatches, Command};
use lommebok_server::config::ServeConfig;

use super::settings;

pub(crate) fn command() -> Command {
    let command =
        Command::new("serve").about("Runs as a real service; refuses to start, naming each fault, until configured");
    settings::flags(|setting| setting.serve).into_iter().fold(command, Command::arg)
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let sources = settings::sources(matches)?;
    match ServeConfig::load(&sources) {
        Err(faults) => bail!("not started:\n{faults}"),
        Ok(_) => bail!("not started: there is no token service but the simulated one, which serve can't use"),
    }
}
