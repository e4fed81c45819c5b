//! `lommebok check`: whether what is stored is sound, of a server that runs or of a data directory whose server is stopped.

use anyhow::bail;
use clap::{Arg, ArgMatches, Command};
use hyper::Method;
use lommebok_control_api::Check;
use lommebok_server::assembly::{self, Checked};
use lommebok_server::config::DevConfig;
use lommebok_server::http::control::check_found;
use serde::Serialize;

use super::{of_running_server, restored, say, say_json, settings, text};
use crate::control_client::{ControlClient, runtime};

/// What an operator does about a database that is not sound.
const WHAT_TO_DO: &str =
    "Stop the server and keep a copy of the whole data directory. Restore the newest backup that `lommebok check` finds
sound, and compare with the PSPs what came after it.";

#[derive(Serialize)]
struct Found {
    #[serde(flatten)]
    check: Check,
    /// Why a start refuses a stopped server's database that is sound, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    older: Option<String>,
}

impl From<Check> for Found {
    fn from(check: Check) -> Self {
        Self { check, older: None }
    }
}

pub(crate) fn command() -> Command {
    let database = Arg::new("database_url").long("database-url").value_name("URL");
    let database = database.help("A stopped server's database, if it is not in the data directory");
    let command =
        Command::new("check").about("Compares all that is stored twice, with SQLite's own check, and says what to do");
    of_running_server(command).arg(database).arg(restored::flag()).after_help(AFTER_CHECK)
}

const AFTER_CHECK: &str =
    "It works beside a running server, slowly, and on a stopped one. The exit status is 0 when all is sound.
With --accept-restored it is 0 when the database was accepted, and when there was nothing to accept.";

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let found =
        if restored::is_wanted(matches) { restored::accept(matches)?.map(Found::from) } else { Some(ask(matches)?) };
    found.map_or(Ok(()), |found| print(&found, matches.get_flag("json")))
}

/// Prints what was found; an error when it is not sound.
fn print(found: &Found, is_json: bool) -> anyhow::Result<()> {
    let Check { faults, payments, .. } = &found.check;
    if is_json {
        say_json(found)?;
    } else if faults.is_empty() {
        say(format!("Sound: {payments} payments, and all that is stored twice agrees."));
    }
    if let (Some(older), false) = (&found.older, is_json) {
        say(format!("The next start refuses it: {older}."));
    }
    if faults.is_empty() {
        return Ok(());
    }
    if !is_json {
        for fault in faults {
            say(text(fault));
        }
    }
    bail!("not sound: {} faults in {payments} payments.\n{WHAT_TO_DO}", faults.len())
}

fn ask(matches: &ArgMatches) -> anyhow::Result<Found> {
    let config = DevConfig::load(&settings::sources(matches)?)?;
    if let Some(client) = ControlClient::if_one_runs(matches, &config.data)? {
        return Ok(runtime()?.block_on(client.ask::<Check>(Method::POST, "/control/v1/check"))?.into());
    }
    match assembly::check(&config) {
        Ok(Checked { report, older }) => {
            Ok(Found { check: check_found(&report), older: older.map(|older| older.to_string()) })
        }
        Err(fault) if fault.is_of_a_damaged_database() => {
            Err(anyhow::Error::new(fault).context(format!("the database can't be read.\n{WHAT_TO_DO}\nWhy")))
        }
        Err(fault) => Err(fault.into()),
    }
}
