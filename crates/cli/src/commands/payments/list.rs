//! `lommebok payments list`: payments in rows, newest first.

use clap::ArgMatches;
use hyper::Method;
use lommebok_control_api::{Payment, PaymentPage};

use super::words::{detail, money, to_the_second};
use crate::commands::{say, say_json, text};
use crate::control_client::{ControlClient, runtime};
use crate::table::aligned;

/// The most that the server puts on a page.
pub(super) const PAGE: u32 = 1_000;
/// Amounts end below each other.
const AMOUNT_WIDTH: usize = 14;

pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let client = ControlClient::of(matches)?;
    let (payments, next) = runtime()?.block_on(pages(&client, matches, limit(matches)))?;
    if matches.get_flag("json") {
        return say_json(&PaymentPage { payments, before: next });
    }
    let heading = ["ID", "PSP TRANSACTION ID", "MSN", &amount("AMOUNT"), "STATE", "CREATED", "DETAIL"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    rows.extend(payments.iter().map(row));
    say(aligned(&rows));
    if let Some(next) = next {
        say(format!("There are more: --before {next}"));
    }
    Ok(())
}

pub(super) fn limit(matches: &ArgMatches) -> u32 {
    matches.get_one::<u32>("limit").copied().unwrap_or(PAGE)
}

/// So many payments, page by page, and where the next ones begin.
pub(super) async fn pages(
    client: &ControlClient,
    matches: &ArgMatches,
    limit: u32,
) -> anyhow::Result<(Vec<Payment>, Option<i64>)> {
    let mut payments = Vec::new();
    let mut next = matches.get_one::<i64>("before").copied();
    loop {
        let left = limit.saturating_sub(u32::try_from(payments.len()).unwrap_or(u32::MAX));
        let page: PaymentPage = client.ask(Method::GET, &path(matches, left.min(PAGE), next)).await?;
        payments.extend(page.payments);
        next = page.before;
        if next.is_none() || left <= PAGE {
            return Ok((payments, next));
        }
    }
}

fn path(matches: &ArgMatches, limit: u32, before: Option<i64>) -> String {
    let mut path = format!("/control/v1/payments?limit={limit}");
    if let Some(state) = matches.get_one::<String>("state") {
        path = format!("{path}&state={state}");
    }
    if matches.get_flag("outcome-unknown") {
        path.push_str("&outcome_unknown=true");
    }
    if let Some(before) = before {
        path = format!("{path}&before={before}");
    }
    path
}

fn row(payment: &Payment) -> Vec<String> {
    vec![
        payment.id.to_string(),
        text(&payment.psp_transaction_id),
        text(&payment.merchant_serial_number),
        amount(&money(payment.amount)),
        payment.state.as_str().to_owned(),
        to_the_second(&payment.created_at),
        detail(payment),
    ]
}

/// A cell whose neighbours end below each other.
pub(super) fn amount(cell: &str) -> String {
    format!("{cell:>AMOUNT_WIDTH$}")
}
