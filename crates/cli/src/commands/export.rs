//! `lommebok export`: a payment, or a whole world, as one file for a ticket: what is stored and what was said, without secrets.

use clap::{Arg, ArgMatches, Command, value_parser};
use hyper::Method;
use lommebok_control_api::{Clock, ExchangeHead, ExchangePage, PaymentPage, PaymentWithLog};
use serde::Serialize;

use super::logs::plain_id;
use super::payments::show::{in_words, with_log};
use super::{of_running_server, say, say_json, text};
use crate::control_client::{ControlClient, runtime};

/// Payments of a world that are exported, unless somebody says how many.
const PAYMENTS: &str = "100";
/// The most that the server puts on a page.
const PAGE: u32 = 1_000;
/// The most events of a payment.
const EVENTS: u32 = 10_000;

pub(crate) fn command() -> Command {
    let id = Arg::new("id").value_name("ID").value_parser(plain_id);
    let id = id.help("Only this payment: pspTransactionId, or our number");
    let limit = Arg::new("limit").long("limit").value_name("NUMBER").default_value(PAYMENTS).conflicts_with("id");
    let limit = limit.value_parser(value_parser!(u32).range(1..=i64::from(PAGE)));
    let limit = limit.help("At most so many payments, the newest");
    let about = "A payment, or all of a world, as one readable file for a ticket, without secrets";
    of_running_server(Command::new("export").about(about).after_help(EXAMPLE).args([id, limit]))
}

const EXAMPLE: &str = "One payment, and a world when its test failed:
  lommebok export order-1001 > order-1001.txt
  lommebok export --tenant checkout-17 > checkout-17.txt";

/// All that is exported.
#[derive(Serialize)]
struct Exported {
    version: &'static str,
    url: String,
    clock: Clock,
    /// Oldest first.
    payments: Vec<PaymentWithLog>,
    /// Oldest first.
    exchanges: Vec<Said>,
}

/// An exchange, and how it went over the wire.
#[derive(Serialize)]
struct Said {
    #[serde(flatten)]
    head: ExchangeHead,
    text: String,
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let client = ControlClient::of(matches)?;
    let id = matches.get_one::<String>("id").map(String::as_str);
    let limit = matches.get_one::<u32>("limit").copied().unwrap_or(PAGE);
    let exported = runtime()?.block_on(collected(&client, id, limit))?;
    if matches.get_flag("json") {
        return say_json(&exported);
    }
    let Exported { version, url, clock, payments, exchanges } = &exported;
    say(format!("Lommebok {version} at {url}, by its clock at {}. Secrets are masked.", clock.now));
    for payment in payments {
        say(format!("\n{}", in_words(payment, "nothing but its init")));
    }
    say(format!("\nWhat was said, oldest first: {} exchanges", exchanges.len()));
    for said in exchanges {
        say(format!("\n{}\n\n{}", super::logs::line(&said.head), lines(&said.text)));
    }
    Ok(())
}

async fn collected(client: &ControlClient, id: Option<&str>, limit: u32) -> anyhow::Result<Exported> {
    let ids = if let Some(id) = id {
        vec![id.to_owned()]
    } else {
        let page: PaymentPage = client.ask(Method::GET, &format!("/control/v1/payments?limit={limit}")).await?;
        page.payments.iter().rev().map(|payment| payment.id.to_string()).collect()
    };
    let mut payments = Vec::new();
    for id in &ids {
        payments.push(with_log(client, id, (0, EVENTS)).await?);
    }
    let about = id.map(|id| format!("&payment={id}")).unwrap_or_default();
    let path = format!("/control/v1/exchanges?limit={PAGE}{about}");
    let page: ExchangePage = client.ask(Method::GET, &path).await?;
    let mut exchanges = Vec::new();
    for head in page.exchanges.into_iter().rev() {
        // One that was dropped meanwhile, for it was too old or there was no room, is left out.
        if let Ok(text) = client.text(&format!("/control/v1/exchanges/{}?as=text", head.id)).await {
            exchanges.push(Said { head, text });
        }
    }
    let clock = client.ask(Method::GET, "/control/v1/clock").await?;
    Ok(Exported { version: env!("CARGO_PKG_VERSION"), url: client.url(), clock, payments, exchanges })
}

/// A text of several lines for a terminal.
fn lines(said: &str) -> String {
    said.lines().map(|line| format!("  {}", text(line))).collect::<Vec<_>>().join("\n")
}
