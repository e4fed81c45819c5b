//! `lommebok payments show`: one payment and all that happened to it.

use clap::ArgMatches;
use hyper::Method;
use lommebok_control_api::{BoundTo, Event, EventParts, LogEntry, Nobody, PaymentWithLog, Sums};
use serde_json::{Value, json};

use super::id_of;
use super::list::limit;
use super::words::{failure, money, of_state, sums};
use crate::commands::{say, say_json, text};
use crate::control_client::{ControlClient, runtime};
use crate::table::aligned;

/// The most events that the server puts on a page.
const PAGE: u32 = 100;

pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let id = id_of(matches)?;
    let after = matches.get_one::<i64>("after").copied().unwrap_or_default();
    let client = ControlClient::of(matches)?;
    let payment = runtime()?.block_on(with_log(&client, id, (after, limit(matches))))?;
    if matches.get_flag("json") {
        return say_json(&payment);
    }
    say(in_words(&payment, if after == 0 { "nothing but its init" } else { "nothing more" }));
    if let Some(after) = payment.after {
        say(format!("\nThere is more: --after {after}"));
    }
    Ok(())
}

/// The payment and its log for people; `nothing` stands for a log without events.
pub(crate) fn in_words(payment: &PaymentWithLog, nothing: &str) -> String {
    let log: Vec<Vec<String>> = payment.log.iter().map(line).collect();
    let log = if log.is_empty() { format!("  {nothing}") } else { indented(&log) };
    format!("Payment {}\n\n{}\n\nLog, oldest first\n\n{log}", payment.payment.id, indented(&facts(payment)))
}

/// The payment with so many events of its log, page by page, and after which version the next ones are.
pub(crate) async fn with_log(
    client: &ControlClient,
    id: &str,
    (after, limit): (i64, u32),
) -> anyhow::Result<PaymentWithLog> {
    let mut payment: PaymentWithLog = client.ask(Method::GET, &path(id, after, limit)).await?;
    loop {
        let left = limit.saturating_sub(u32::try_from(payment.log.len()).unwrap_or(u32::MAX));
        let Some(after) = payment.after.filter(|_| left > 0) else { return Ok(payment) };
        let next: PaymentWithLog = client.ask(Method::GET, &path(id, after, left)).await?;
        payment.log.extend(next.log);
        payment.after = next.after;
    }
}

fn path(id: &str, after: i64, limit: u32) -> String {
    format!("/control/v1/payments/{id}?after={after}&limit={}", limit.min(PAGE))
}

fn indented(rows: &[Vec<String>]) -> String {
    aligned(rows).lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// What it is and how it stands. What there is nothing to say about is left out.
fn facts(shown: &PaymentWithLog) -> Vec<Vec<String>> {
    let PaymentWithLog { payment, others_with_this_psp_transaction_id: others, .. } = shown;
    let Sums { reserved, captured, released, refunded } = payment.sums;
    let bound_to = match payment.bound_to {
        Some(BoundTo::User(user)) => user.to_string(),
        Some(BoundTo::Nobody(Nobody::Nobody)) => "nobody".to_owned(),
        None => String::new(),
    };
    let others: Vec<String> = others.iter().map(i64::to_string).collect();
    let waiting = payment.waiting_entries;
    let card =
        shown.card.as_ref().map(|card| text(&format!("{} {}", card.network, card.last_four))).unwrap_or_default();
    let next: Vec<String> = shown.due.iter().map(|due| format!("{} {}", text(&due.at.0), text(&due.then))).collect();
    let possible = shown.can_do.iter().filter(|can| can.possible).map(|can| can.action.as_str());
    let possible: Vec<&str> = possible.collect();
    let facts = [
        ("pspTransactionId", text(&payment.psp_transaction_id)),
        ("merchantOrderId", text(&payment.merchant_order_id)),
        ("MSN", text(&payment.merchant_serial_number)),
        ("amount", money(payment.amount)),
        ("created", text(&payment.created_at.0)),
        ("state", payment.state.as_str().to_owned()),
        ("state detail", payment.state_detail.as_ref().map(of_state).unwrap_or_default()),
        (
            "sums",
            sums(&[("reserved", reserved), ("captured", captured), ("released", released), ("refunded", refunded)]),
        ),
        ("user", bound_to),
        ("notice", payment.notice.as_ref().map(|notice| members(&json!(notice))).unwrap_or_default()),
        ("card", card),
        ("next", next.join("; ")),
        ("possible now", possible.join(", ")),
        ("entries that wait", if waiting > 0 { waiting.to_string() } else { String::new() }),
        ("other PSPs' payments with this pspTransactionId", others.join(", ")),
    ];
    let told = facts.into_iter().filter(|(_, value)| !value.is_empty());
    told.map(|(name, value)| vec![name.to_owned(), value]).collect()
}

/// One event of the log.
fn line(entry: &LogEntry) -> Vec<String> {
    let EventParts { event, detail } = entry.event.parts();
    let detail = if let Event::Failed(failed) = &entry.event { failure(failed) } else { members(&detail) };
    vec![text(&entry.at.0), text(&entry.actor), event, detail]
}

/// The members of an object with their names, as far as there is something in them.
fn members(object: &Value) -> String {
    let told = object.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null() && **value != "");
    let words = told.map(|(name, value)| match (name.as_str(), value.as_i64(), value.as_str()) {
        ("amount", Some(amount), _) => money(amount),
        (_, _, Some(words)) => format!("{name}: {}", text(words)),
        _ => format!("{name}: {value}"),
    });
    words.collect::<Vec<_>>().join(", ")
}
