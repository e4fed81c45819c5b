//! `lommebok batch`: accepted updatestatus requests; run what waits, report what came of them, wait for one.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Arg, ArgMatches, Command, value_parser};
use hyper::Method;
use lommebok_control_api::{AwaitedBatch, Batch, BatchEntry, BatchHead, BatchReport, BatchWithEntries};
use lommebok_control_api::{EntryFate, RefusedEntry, RunBatches};
use serde::Serialize;

use super::clock::print_jumps;
use super::{of_running_server, say, say_json, text, within_arg, within_in_words};
use crate::control_client::{ControlClient, ask, runtime};

pub(crate) fn command() -> Command {
    Command::new("batch")
        .about("Accepted updatestatus requests: run, report, show, await")
        .subcommand_required(true)
        .subcommand(of_running_server(Command::new("run").about("Applies everything that waits, now")))
        .subcommand(of_running_server(
            Command::new("report")
                .about("What came of the last 50 requests, with their first 100 refused entries each"),
        ))
        .subcommand(of_running_server(
            Command::new("show").about("One request, with each entry that was refused or waits").arg(id_arg()),
        ))
        .subcommand(of_running_server(
            Command::new("await")
                .about(
                    "Returns when each entry of a request was applied or refused; else says how far it is, and fails",
                )
                .args([id_arg(), within_arg()]),
        ))
}

fn id_arg() -> Arg {
    let id = Arg::new("id").required(true).value_name("ID").value_parser(value_parser!(i64).range(1..));
    id.help("The request's number in the report")
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("run", matches)) => {
            let ran: RunBatches = ask(matches, Method::POST, "/control/v1/batch/run")?;
            if matches.get_flag("json") {
                return say_json(&ran);
            }
            print_batches(&ran.batches);
        }
        Some(("report", matches)) => {
            let report: BatchReport = ask(matches, Method::GET, "/control/v1/batch/report")?;
            if matches.get_flag("json") {
                return say_json(&report);
            }
            print_batches(&report.batches);
        }
        Some(("await", matches)) => wait(matches)?,
        Some((_, matches)) => show(matches)?,
        None => bail!("say run, report, show or await"),
    }
    Ok(())
}

/// One request with all pages of its entries.
fn show(matches: &ArgMatches) -> anyhow::Result<()> {
    let id = matches.get_one::<i64>("id").context("a number is missing")?;
    let client = ControlClient::of(matches)?;
    let whole = runtime()?.block_on(whole(&client, *id))?;
    if matches.get_flag("json") {
        return say_json(&whole);
    }
    say(heading(&whole.head));
    for entry in &whole.not_applied {
        say(not_applied(entry));
    }
    Ok(())
}

/// Waits until a request was dealt with.
fn wait(matches: &ArgMatches) -> anyhow::Result<()> {
    let id = matches.get_one::<i64>("id").context("a number is missing")?;
    let within = matches.get_one::<Duration>("within").copied();
    let client = ControlClient::of(matches)?;
    let path = format!("/control/v1/batch/{id}/await?");
    let mut jumps = Vec::new();
    let left = |awaited: &AwaitedBatch| {
        jumps.extend(awaited.jumped.clone());
        if awaited.reached { 0 } else { awaited.left_ms }
    };
    let awaited = runtime()?.block_on(client.wait(&path, within, left))?;
    if !matches.get_flag("json") {
        print_jumps(&jumps);
    }
    if matches.get_flag("json") {
        say_json(&awaited)?;
    } else if awaited.reached {
        print_batch(&awaited.batch);
    }
    if !awaited.reached {
        let (head, waiting) = (heading(&awaited.batch.head), awaited.batch.waiting_entries);
        bail!("{head} after {}, and {waiting} that wait for the end of an attempt", within_in_words(within));
    }
    Ok(())
}

/// All pages of a request, as one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Whole {
    #[serde(flatten)]
    head: BatchHead,
    not_applied: Vec<BatchEntry>,
}

async fn whole(client: &ControlClient, id: i64) -> anyhow::Result<Whole> {
    let page: BatchWithEntries = client.ask(Method::GET, &format!("/control/v1/batch/{id}")).await?;
    let mut whole = Whole { head: page.head, not_applied: page.not_applied };
    let mut next = page.from;
    while let Some(from) = next {
        let page: BatchWithEntries = client.ask(Method::GET, &format!("/control/v1/batch/{id}?from={from}")).await?;
        whole.not_applied.extend(page.not_applied);
        next = page.from;
    }
    Ok(whole)
}

fn print_batches(batches: &[Batch]) {
    if batches.is_empty() {
        say("nothing");
    }
    batches.iter().for_each(print_batch);
}

fn print_batch(batch: &Batch) {
    say(heading(&batch.head));
    for RefusedEntry { position, psp_transaction_id, code, reason } in &batch.refused {
        say(refused(*position, code, psp_transaction_id, reason));
    }
    let named = u64::try_from(batch.refused.len()).unwrap_or(u64::MAX);
    let more = batch.refused_entries.saturating_sub(named);
    if more > 0 {
        say(format!("  and {more} more refused: lommebok batch show {}", batch.head.id));
    }
}

fn heading(batch: &BatchHead) -> String {
    let BatchHead { id, applied, entries, .. } = batch;
    let accepted_at = text(&batch.accepted_at.0);
    let repeated = if batch.same_body_within_24h { ", same body within 24 h" } else { "" };
    format!("batch {id}  accepted {accepted_at}  {applied} of {entries} entries{repeated}")
}

/// An entry that waits or was refused; beyond the first 100 of a request only the code is kept.
fn not_applied(entry: &BatchEntry) -> String {
    let position = entry.position;
    match &entry.fate {
        EntryFate::Waits => format!("  waits [{position}]"),
        EntryFate::Refused { code, kept: None } => format!("  refused [{position}] {}", text(code)),
        EntryFate::Refused { code, kept: Some(kept) } => {
            refused(position, code, &kept.psp_transaction_id, &kept.reason)
        }
    }
}

fn refused(position: u32, code: &str, payment: &str, reason: &str) -> String {
    format!("  refused [{position}] {}: {} ({})", text(payment), text(reason), text(code))
}
