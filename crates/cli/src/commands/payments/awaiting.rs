//! `lommebok payments await`: returns when a payment is as a script wants it, or says what it is instead.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use lommebok_control_api::Awaited;
use lommebok_domain::StateName;

use super::words::as_it_is;
use super::{id_arg, id_of};
use crate::commands::clock::print_jumps;
use crate::commands::{say, say_json, within_arg, within_in_words};
use crate::control_client::{ControlClient, runtime};

/// What can be awaited besides a state: the option, the query, and how a payment is then.
const CONDITIONS: [(&str, &str, &str); 3] = [
    ("attempt-open", "attempt_open=true", "asked of its PSP"),
    ("notice-delivered", "notice_delivered=true", "notified to its PSP"),
    ("nothing-due", "nothing_due=true", "at rest"),
];

pub(super) fn command() -> Command {
    let states = StateName::ALL.map(StateName::as_str);
    let state = Arg::new("state").long("state").value_name("STATE").ignore_case(true).value_delimiter(',');
    let state = state.value_parser(PossibleValuesParser::new(states));
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new("await")
        .about("Returns when it is so; else says what it is instead, and fails")
        .args([
            id_arg(),
            state.help("Until it is in this state, or in one of several: RESERVED,FAILED"),
            flag("attempt-open").help("Until its PSP is being asked"),
            flag("notice-delivered").help("Until its PSP has taken its notice"),
            flag("nothing-due").help("Until nothing is due: no deadline, attempt, notice or entry that waits"),
            within_arg(),
        ])
        .group(ArgGroup::new("until").args(["state", "attempt-open", "notice-delivered", "nothing-due"]).required(true))
}

pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let (query, wanted) = until(matches)?;
    let within = matches.get_one::<Duration>("within").copied();
    let path = format!("/control/v1/payments/{}/await?{query}&", id_of(matches)?);
    let client = ControlClient::of(matches)?;
    let mut jumps = Vec::new();
    let left = |awaited: &Awaited| {
        jumps.extend(awaited.jumped.clone());
        if awaited.reached || !awaited.still_possible { 0 } else { awaited.left_ms }
    };
    let awaited = runtime()?.block_on(client.wait(&path, within, left))?;
    if matches.get_flag("json") {
        say_json(&awaited)?;
    } else {
        print_jumps(&jumps);
    }
    let is = as_it_is(&awaited.payment);
    match (awaited.reached, awaited.still_possible) {
        (true, _) if matches.get_flag("json") => {}
        (true, _) => say(is),
        (false, false) => bail!("{is}, and can't be {wanted} any more"),
        (false, true) => bail!("{is} after {}, and not {wanted}", within_in_words(within)),
    }
    Ok(())
}

/// The query for what is awaited, and how a payment is then.
fn until(matches: &ArgMatches) -> anyhow::Result<(String, String)> {
    if let Some(states) = matches.get_many::<String>("state") {
        let states: Vec<String> = states.map(|state| state.to_ascii_uppercase()).collect();
        return Ok((format!("state={}", states.join(",")), states.join(" or ")));
    }
    let condition = CONDITIONS.iter().find(|(name, ..)| matches.get_flag(name));
    let (_, query, wanted) = condition.context("say for what")?;
    Ok(((*query).to_owned(), (*wanted).to_owned()))
}
