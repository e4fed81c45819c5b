//! `lommebok batch`: accepted updatestatus requests; run what waits, report what came of them.

use anyhow::bail;
use clap::{ArgMatches, Command};
use hyper::Method;
use serde_json::Value;

use super::{of_running_server, say, text};
use crate::control_client::ask;

pub(crate) fn command() -> Command {
    Command::new("batch")
        .about("Accepted updatestatus requests: run, report")
        .subcommand_required(true)
        .subcommand(of_running_server(Command::new("run").about("Applies everything that waits, now")))
        .subcommand(of_running_server(
            Command::new("report").about("What came of the last 50 requests, with refused entries"),
        ))
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let (answer, matches) = match matches.subcommand() {
        Some(("run", matches)) => (ask(matches, Method::POST, "/control/v1/batch/run", None)?, matches),
        Some((_, matches)) => (ask(matches, Method::GET, "/control/v1/batch/report", None)?, matches),
        None => bail!("say run or report"),
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

fn print_batch(batch: &Value) {
    let repeated = if batch["sameBodyWithin24h"] == true { ", same body within 24 h" } else { "" };
    say(format!(
        "batch {}  accepted {}  {} of {} entries{repeated}",
        batch["id"],
        text(&batch["acceptedAt"]),
        batch["applied"],
        batch["entries"]
    ));
    for refused in batch["refused"].as_array().into_iter().flatten() {
        let field = |name: &str| text(&refused[name]);
        say(format!(
            "  refused [{}] {}: {} ({})",
            refused["position"],
            field("pspTransactionId"),
            field("reason"),
            field("code")
        ));
    }
}
