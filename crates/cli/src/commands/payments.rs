//! `lommebok payments`: what stands where, and what happened to one.

use anyhow::{Context, bail};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use hyper::Method;
use serde_json::Value;

use super::{of_running_server, say};
use crate::control_client::ask;
use crate::table::aligned;

pub(crate) fn command() -> Command {
    let list = Command::new("list")
        .about("Payments, newest first")
        .arg(Arg::new("state").long("state").value_name("STATE").help("Such as RESERVED or AWAITING_USER"))
        .arg(
            Arg::new("outcome-unknown")
                .long("outcome-unknown")
                .action(ArgAction::SetTrue)
                .conflicts_with("state")
                .help("Those whose answer was lost: the PSP may have reserved the money"),
        );
    let before = Arg::new("before").long("before").value_name("ID").value_parser(value_parser!(i64));
    let list = list.arg(before.help("Those before this number of ours: the next page"));
    let id = Arg::new("id").required(true).value_name("ID").help("pspTransactionId, or our number");
    Command::new("payments")
        .about("Payments: list, show")
        .subcommand_required(true)
        .subcommand(of_running_server(list))
        .subcommand(of_running_server(Command::new("show").about("One payment and its log").arg(id)))
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("list", matches)) => list(matches),
        Some((_, matches)) => show(matches),
        None => bail!("say list or show"),
    }
}

fn list(matches: &ArgMatches) -> anyhow::Result<()> {
    let answer = ask(matches, Method::GET, &path_of(matches)?, None)?;
    if matches.get_flag("json") {
        say(answer);
        return Ok(());
    }
    let mut rows = vec![["ID", "PSP TRANSACTION ID", "MSN", "AMOUNT", "STATE", "CREATED"].map(str::to_owned).to_vec()];
    rows.extend(answer["payments"].as_array().into_iter().flatten().map(row));
    say(aligned(&rows));
    if let Some(before) = answer["before"].as_i64() {
        say(format!("There are more: --before {before}"));
    }
    Ok(())
}

fn path_of(matches: &ArgMatches) -> anyhow::Result<String> {
    let mut path = "/control/v1/payments?".to_owned();
    if let Some(state) = matches.get_one::<String>("state") {
        if !state.chars().all(|character| character.is_ascii_alphanumeric() || character == '_') {
            bail!("{state} is not a state");
        }
        path = format!("{path}state={state}&");
    }
    if matches.get_flag("outcome-unknown") {
        path.push_str("outcome_unknown=true&");
    }
    if let Some(before) = matches.get_one::<i64>("before") {
        path = format!("{path}before={before}&");
    }
    Ok(path.trim_end_matches(['&', '?']).to_owned())
}

fn row(payment: &Value) -> Vec<String> {
    let text = |name: &str| payment[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| payment[name].to_string();
    vec![
        number("id"),
        text("pspTransactionId"),
        text("merchantSerialNumber"),
        number("amount"),
        text("state"),
        text("createdAt"),
    ]
}

fn show(matches: &ArgMatches) -> anyhow::Result<()> {
    let id = matches.get_one::<String>("id").context("an id is missing")?;
    if !id.chars().all(|character| character.is_ascii_alphanumeric() || "._-".contains(character)) {
        bail!("{id} is neither a pspTransactionId nor a number");
    }
    let answer = ask(matches, Method::GET, &format!("/control/v1/payments/{id}"), None)?;
    say(if matches.get_flag("json") { answer.to_string() } else { serde_json::to_string_pretty(&answer)? });
    Ok(())
}
