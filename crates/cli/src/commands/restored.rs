//! `lommebok check --accept-restored`: a stopped server's database that was restored from a backup is accepted, and what it lacks is said.

use anyhow::bail;
use clap::{Arg, ArgAction, ArgMatches};
use lommebok_control_api::Check;
use lommebok_engine::clock::time_text;
use lommebok_server::assembly::{self, Acceptance, Accepted, StoppedFault};
use lommebok_server::config::DevConfig;
use lommebok_server::http::control::check_found;
use lommebok_server::http::sandbox_pages::Invocation;
use serde::Serialize;
use serde_json::json;

use super::payments::words::money;
use super::{say, say_json, settings, text};
use crate::control_client::{ControlClient, runtime};
use crate::shell;
use crate::table::aligned;

const FLAG: &str = "accept-restored";

pub(super) fn flag() -> Arg {
    let help = "Of a stopped server whose database was restored from a backup: end what was under way, and say what may be missing";
    Arg::new(FLAG).long(FLAG).action(ArgAction::SetTrue).conflicts_with("url").help(help)
}

pub(super) fn is_wanted(matches: &ArgMatches) -> bool {
    matches.get_flag(FLAG)
}

/// Accepts the database, and prints what came of it; of one that is not sound, what the check found.
pub(super) fn accept(matches: &ArgMatches) -> anyhow::Result<Option<Check>> {
    let config = DevConfig::load(&settings::sources(matches)?)?;
    if ControlClient::if_one_runs(matches, &config.data)?.is_some() {
        bail!("a server runs on {}: stop it first", config.data.data_dir.display());
    }
    let is_json = matches.get_flag("json");
    match runtime()?.block_on(assembly::accept_restored(&config))? {
        Acceptance::NothingToAccept if is_json => say(json!({"accepted": false})),
        Acceptance::NothingToAccept => {
            say("Nothing to accept: the database is not older than its data directory remembers.");
        }
        Acceptance::Unsound(report) => return Ok(Some(check_found(&report))),
        Acceptance::Accepted(accepted) if is_json => say_json(&Said::of(*accepted))?,
        Acceptance::Accepted(accepted) => print(&Said::of(*accepted)),
    }
    Ok(None)
}

/// What came of it, as it is printed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    accepted: bool,
    missing: Missing,
    ended: Ended,
    next_payment: i64,
}

/// What the database acknowledged after the backup, as far as numbers tell.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Missing {
    payments: Option<Numbers>,
    updatestatus_requests: Option<Numbers>,
    serial_numbers: Option<LastNumber>,
    from: Option<String>,
    to: String,
}

#[derive(Serialize)]
struct Numbers {
    first: i64,
    last: i64,
    count: i64,
}

#[derive(Serialize)]
struct LastNumber {
    last: i64,
}

#[derive(Serialize)]
struct Ended {
    count: u64,
    payments: Vec<EndedPayment>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndedPayment {
    id: i64,
    psp: String,
    psp_transaction_id: String,
    amount: i64,
    state: &'static str,
}

impl Said {
    fn of(accepted: Accepted) -> Self {
        let Accepted { older, remembered_at, named, ended, next_payment } = accepted;
        let numbers = |found: i64, last: i64| {
            let count = last.saturating_sub(found);
            (found < last).then(|| Numbers { first: found.saturating_add(1), last, count })
        };
        let payments = named.into_iter().map(|payment| EndedPayment {
            id: payment.id.get(),
            psp: payment.psp,
            psp_transaction_id: payment.psp_transaction_id,
            amount: payment.amount_ore,
            state: payment.state.as_str(),
        });
        let (found, remembered) = (older.found, older.remembered);
        Self {
            accepted: true,
            missing: Missing {
                payments: numbers(found.payment.get(), remembered.payment.get()),
                updatestatus_requests: numbers(found.batch.get(), remembered.batch.get()),
                serial_numbers: (found.msn < remembered.msn).then_some(LastNumber { last: remembered.msn }),
                from: older.last_at.map(time_text),
                to: time_text(remembered_at),
            },
            ended: Ended { count: ended, payments: payments.collect() },
            next_payment: next_payment.get(),
        }
    }
}

fn print(said: &Said) {
    let Said { missing, ended, next_payment, .. } = said;
    say("Accepted. What the database acknowledged after the backup is not in it:");
    for (numbers, name) in [(&missing.payments, "payments"), (&missing.updatestatus_requests, "updatestatus requests")]
    {
        match numbers {
            Some(Numbers { first, last, count }) => say(format!("  {name} {first} to {last}: {count}")),
            None => say(format!("  {name}: none, by their numbers")),
        }
    }
    if let Some(LastNumber { last }) = missing.serial_numbers {
        say(format!("  merchants: serial numbers were issued up to {last}"));
    }
    say("  and what became of other payments, their captures, cancellations and refunds among it");
    let from = missing.from.as_deref().unwrap_or("the beginning");
    say(format!("between {from} and {}, business time.", missing.to));
    say(format!("Ended as FAILED unknown, cause restored: {}", ended.count));
    if !ended.payments.is_empty() {
        let heading = ["ID", "PSP", "PSP TRANSACTION ID", "AMOUNT", "WAS"].map(str::to_owned).to_vec();
        let rows: Vec<Vec<String>> = std::iter::once(heading).chain(ended.payments.iter().map(row)).collect();
        say(aligned(&rows));
    }
    let more = ended.count.saturating_sub(u64::try_from(ended.payments.len()).unwrap_or(u64::MAX));
    if more > 0 {
        say(format!("and {more} more: lommebok payments list --outcome-unknown"));
    }
    say(format!("The next payment is number {next_payment}. Compare with the PSPs."));
}

fn row(payment: &EndedPayment) -> Vec<String> {
    let EndedPayment { id, psp, psp_transaction_id, amount, state } = payment;
    vec![id.to_string(), text(psp), text(psp_transaction_id), money(*amount), (*state).to_owned()]
}

/// The fault of a stopped server's database, with the way on when it is a restored one.
pub(super) fn in_words(config: &DevConfig, fault: StoppedFault) -> anyhow::Error {
    if !fault.is_of_an_older_database() {
        return fault.into();
    }
    let way_on = way_on(config, &shell::invocation(&config.data.data_dir));
    anyhow::Error::msg(format!("the database can't be used: {fault}{way_on}"))
}

/// What ends the refusal of a database that is older than its directory remembers, for its reader.
pub(super) fn way_on(config: &DevConfig, invocation: &Invocation) -> String {
    let database = config.data.database.as_ref().map(|path| shell::word(&format!("sqlite:{}", path.display())));
    let database = database.map(|url| format!(" --database-url {url}")).unwrap_or_default();
    let accept = invocation.line("check --accept-restored");
    format!(
        ". Put the right database back, or accept this one:\n  {accept}{database}   ends what was under way, and says what may be missing"
    )
}
