//! `lommebok payments show`: one payment and all that happened to it.

use anyhow::{Context, bail};
use clap::ArgMatches;
use hyper::Method;
use serde_json::Value;

use super::list::limit;
use super::words::{failure, money, of_state, sums};
use crate::commands::{say, text};
use crate::control_client::{ControlClient, runtime};
use crate::table::aligned;

/// The most events that the server puts on a page.
const PAGE: u32 = 100;

pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let id = matches.get_one::<String>("id").context("an id is missing")?;
    if !id.chars().all(|character| character.is_ascii_alphanumeric() || "._-".contains(character)) {
        bail!("{id} is neither a pspTransactionId nor a number");
    }
    let after = matches.get_one::<i64>("after").copied().unwrap_or_default();
    let client = ControlClient::of(matches)?;
    let payment = runtime()?.block_on(with_log(&client, id, (after, limit(matches))))?;
    if matches.get_flag("json") {
        say(payment);
        return Ok(());
    }
    say(format!("Payment {}\n", payment["id"]));
    say(indented(&facts(&payment)));
    say("\nLog, oldest first\n");
    let log: Vec<Vec<String>> = payment["log"].as_array().into_iter().flatten().map(line).collect();
    let nothing = if after == 0 { "  nothing but its init" } else { "  nothing more" };
    say(if log.is_empty() { nothing.to_owned() } else { indented(&log) });
    if let Some(after) = payment["after"].as_i64() {
        say(format!("\nThere is more: --after {after}"));
    }
    Ok(())
}

/// The payment with so many events of its log, page by page, and after which version the next ones are.
async fn with_log(client: &ControlClient, id: &str, (after, limit): (i64, u32)) -> anyhow::Result<Value> {
    let mut payment = client.ask(Method::GET, &path(id, after, limit), None).await?;
    loop {
        let shown = payment["log"].as_array().map_or(0, Vec::len);
        let left = limit.saturating_sub(u32::try_from(shown).unwrap_or(u32::MAX));
        let Some(after) = payment["after"].as_i64().filter(|_| left > 0) else { return Ok(payment) };
        let mut next = client.ask(Method::GET, &path(id, after, left), None).await?;
        if let (Some(log), Some(more)) = (payment["log"].as_array_mut(), next["log"].as_array_mut()) {
            log.append(more);
        }
        payment["after"] = next["after"].take();
    }
}

fn path(id: &str, after: i64, limit: u32) -> String {
    format!("/control/v1/payments/{id}?after={after}&limit={}", limit.min(PAGE))
}

fn indented(rows: &[Vec<String>]) -> String {
    aligned(rows).lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// What it is and how it stands. What there is nothing to say about is left out.
fn facts(payment: &Value) -> Vec<Vec<String>> {
    let bound_to = &payment["boundTo"];
    let others: Vec<String> =
        payment["othersWithThisPspTransactionId"].as_array().into_iter().flatten().map(Value::to_string).collect();
    let waiting = payment["waitingEntries"].as_i64().filter(|count| *count > 0);
    let facts = [
        ("pspTransactionId", text(&payment["pspTransactionId"])),
        ("merchantOrderId", text(&payment["merchantOrderId"])),
        ("MSN", text(&payment["merchantSerialNumber"])),
        ("amount", money(&payment["amount"])),
        ("created", text(&payment["createdAt"])),
        ("state", text(&payment["state"])),
        ("state detail", of_state(payment)),
        ("sums", sums(&payment["sums"], &["reserved", "captured", "released", "refunded"]).join(", ")),
        ("user", if bound_to.is_i64() { bound_to.to_string() } else { text(bound_to) }),
        ("notice", words(&payment["notice"])),
        ("entries that wait", waiting.map(|count| count.to_string()).unwrap_or_default()),
        ("other PSPs' payments with this pspTransactionId", others.join(", ")),
    ];
    let told = facts.into_iter().filter(|(_, value)| !value.is_empty());
    told.map(|(name, value)| vec![name.to_owned(), value]).collect()
}

/// One event of the log.
fn line(event: &Value) -> Vec<String> {
    vec![text(&event["at"]), text(&event["actor"]), text(&event["event"]), words(&event["detail"])]
}

/// A failure as everywhere; else the members of an object with their names, as far as there is something in them.
fn words(object: &Value) -> String {
    if object["outcome"].is_string() {
        return failure(object);
    }
    let members = object.as_object().into_iter().flatten();
    let told = members.filter(|(_, value)| !value.is_null() && *value != "");
    let words = told.map(|(name, value)| match name.as_str() {
        "amount" => money(value),
        _ if value.is_string() => format!("{name}: {}", text(value)),
        _ => format!("{name}: {value}"),
    });
    words.collect::<Vec<_>>().join(", ")
}
