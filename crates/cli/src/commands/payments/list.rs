//! `lommebok payments list`: payments in rows, newest first.

use clap::ArgMatches;
use hyper::Method;
use lommebok_control_api::{Payment, PaymentPage};

use super::search::query;
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
    let found = runtime()?.block_on(pages(&client, matches, limit(matches)))?;
    if matches.get_flag("json") {
        return say_json(&found);
    }
    if matches.contains_id("text") {
        say(match found.found_by.iter().map(|by| by.as_str()).collect::<Vec<_>>().join(" and ") {
            by if by.is_empty() => "Found by: nothing that could be searched".to_owned(),
            by => format!("Found by: {by}"),
        });
    }
    let heading = ["ID", "PSP TRANSACTION ID", "MSN", &amount("AMOUNT"), "STATE", "CREATED", "DETAIL"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    rows.extend(found.payments.iter().map(row));
    say(aligned(&rows));
    if let Some(next) = found.before {
        say(format!("There are more: --before {next}"));
    }
    Ok(())
}

pub(super) fn limit(matches: &ArgMatches) -> u32 {
    matches.get_one::<u32>("limit").copied().unwrap_or(PAGE)
}

/// As many payments as are asked for, page by page: each looks at so many only. With where the next ones begin.
pub(super) async fn pages(client: &ControlClient, matches: &ArgMatches, limit: u32) -> anyhow::Result<PaymentPage> {
    let before = matches.get_one::<i64>("before").copied();
    let mut found = page(client, matches, limit, before).await?;
    loop {
        let left = limit.saturating_sub(u32::try_from(found.payments.len()).unwrap_or(u32::MAX));
        if left == 0 || found.before.is_none() {
            return Ok(found);
        }
        let next = page(client, matches, left, found.before).await?;
        found.payments.extend(next.payments);
        found.before = next.before;
    }
}

/// One page with so many payments at most.
async fn page(
    client: &ControlClient,
    matches: &ArgMatches,
    limit: u32,
    before: Option<i64>,
) -> anyhow::Result<PaymentPage> {
    let before = before.map(|before| format!("&before={before}")).unwrap_or_default();
    let path = format!("/control/v1/payments?limit={}{before}{}", limit.min(PAGE), query(matches));
    client.ask(Method::GET, &path).await
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
