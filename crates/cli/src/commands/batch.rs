//! `lommebok batch`: accepted updatestatus requests; run what waits, report what came of them.

use anyhow::{Context, bail};
use clap::{Arg, ArgMatches, Command, value_parser};
use hyper::Method;
use serde_json::Value;

use super::{of_running_server, say, text};
use crate::control_client::{ControlClient, ask, runtime};

pub(crate) fn command() -> Command {
    Command::new("batch")
        .about("Accepted updatestatus requests: run, report, show")
        .subcommand_required(true)
        .subcommand(of_running_server(Command::new("run").about("Applies everything that waits, now")))
        .subcommand(of_running_server(
            Command::new("report")
                .about("What came of the last 50 requests, with their first 100 refused entries each"),
        ))
        .subcommand(of_running_server(
            Command::new("show").about("One request, with each entry that was refused or waits").arg(
                Arg::new("id")
                    .required(true)
                    .value_name("ID")
                    .value_parser(value_parser!(i64).range(1..))
                    .help("The request's number in the report"),
            ),
        ))
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let (answer, matches) = match matches.subcommand() {
        Some(("run", matches)) => (ask(matches, Method::POST, "/control/v1/batch/run", None)?, matches),
        Some(("report", matches)) => (ask(matches, Method::GET, "/control/v1/batch/report", None)?, matches),
        Some((_, matches)) => return show(matches),
        None => bail!("say run, report or show"),
    };
    if matches.get_flag("json") {
        say(answer);
        return Ok(());
    }
    let batches = answer["batches"].as_array().cloned().unwrap_or_default();
    if batches.is_empty() {
        say("nothing");
    }
    for batch in &batches {
        print_batch(batch);
    }
    Ok(())
}

/// One request with all pages of its entries.
fn show(matches: &ArgMatches) -> anyhow::Result<()> {
    let id = matches.get_one::<i64>("id").context("a number is missing")?;
    let client = ControlClient::of(matches)?;
    let batch = runtime()?.block_on(whole(&client, *id))?;
    if matches.get_flag("json") {
        say(batch);
        return Ok(());
    }
    say(heading(&batch));
    for entry in batch["notApplied"].as_array().into_iter().flatten() {
        match entry["fate"].as_str() {
            Some("waits") => say(format!("  waits [{}]", entry["position"])),
            _ => say(refused(entry)),
        }
    }
    Ok(())
}

async fn whole(client: &ControlClient, id: i64) -> anyhow::Result<Value> {
    let mut batch = client.ask(Method::GET, &format!("/control/v1/batch/{id}"), None).await?;
    while let Some(from) = batch["from"].as_u64() {
        let mut next = client.ask(Method::GET, &format!("/control/v1/batch/{id}?from={from}"), None).await?;
        if let (Some(entries), Some(more)) = (batch["notApplied"].as_array_mut(), next["notApplied"].as_array_mut()) {
            entries.append(more);
        }
        batch["from"] = next["from"].take();
    }
    if let Some(fields) = batch.as_object_mut() {
        fields.remove("from");
    }
    Ok(batch)
}

fn print_batch(batch: &Value) {
    say(heading(batch));
    let named = batch["refused"].as_array().map(Vec::as_slice).unwrap_or_default();
    for entry in named {
        say(refused(entry));
    }
    let named = u64::try_from(named.len()).unwrap_or(u64::MAX);
    let more = batch["refusedEntries"].as_u64().unwrap_or_default().saturating_sub(named);
    if more > 0 {
        say(format!("  and {more} more refused: lommebok batch show {}", batch["id"]));
    }
}

fn heading(batch: &Value) -> String {
    let repeated = if batch["sameBodyWithin24h"] == true { ", same body within 24 h" } else { "" };
    format!(
        "batch {}  accepted {}  {} of {} entries{repeated}",
        batch["id"],
        text(&batch["acceptedAt"]),
        batch["applied"],
        batch["entries"]
    )
}

/// A refused entry; beyond the first 100 of a request only the code is kept.
fn refused(entry: &Value) -> String {
    let (position, code) = (&entry["position"], text(&entry["code"]));
    if entry["pspTransactionId"].is_null() {
        return format!("  refused [{position}] {code}");
    }
    format!("  refused [{position}] {}: {} ({code})", text(&entry["pspTransactionId"]), text(&entry["reason"]))
}
