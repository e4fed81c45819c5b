//! `lommebok check --accept-restored`: a stopped server's database that was restored from a backup is accepted, and what it lacks is said.

use anyhow::bail;
use clap::{Arg, ArgAction, ArgMatches};
use lommebok_engine::clock::time_text;
use lommebok_server::assembly::{self, Acceptance, Accepted, StoppedFault};
use lommebok_server::config::DevConfig;
use lommebok_server::http::control::check_found;
use lommebok_server::http::sandbox_pages::Invocation;
use serde_json::{Value, json};

use super::payments::words::money;
use super::{settings, text};
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
pub(super) fn accept(matches: &ArgMatches) -> anyhow::Result<Option<Value>> {
    let config = DevConfig::load(&settings::sources(matches)?)?;
    if ControlClient::if_one_runs(matches, &config.data.data_dir)?.is_some() {
        bail!("a server runs on {}: stop it first", config.data.data_dir.display());
    }
    let is_json = matches.get_flag("json");
    match runtime()?.block_on(assembly::accept_restored(&config))? {
        Acceptance::NothingToAccept if is_json => super::say(json!({"accepted": false})),
        Acceptance::NothingToAccept => {
            super::say("Nothing to accept: the database is not older than its data directory remembers.");
        }
        Acceptance::Unsound(report) => return Ok(Some(json!(check_found(&report)))),
        Acceptance::Accepted(accepted) if is_json => super::say(in_json(&accepted)),
        Acceptance::Accepted(accepted) => print(&in_json(&accepted)),
    }
    Ok(None)
}

fn in_json(accepted: &Accepted) -> Value {
    let Accepted { older, remembered_at, named, ended, next_payment } = accepted;
    let numbers = |found: i64, remembered: i64| {
        (found < remembered).then(|| {
            let first = found.saturating_add(1);
            json!({"first": first, "last": remembered, "count": remembered.saturating_sub(found)})
        })
    };
    let payments: Vec<Value> = named
        .iter()
        .map(|payment| {
            json!({
                "id": payment.id.get(), "psp": payment.psp, "pspTransactionId": payment.psp_transaction_id,
                "amount": payment.amount_ore, "state": payment.state.as_str(),
            })
        })
        .collect();
    let (found, remembered) = (older.found, older.remembered);
    json!({
        "accepted": true,
        "missing": {
            "payments": numbers(found.payment.get(), remembered.payment.get()),
            "updatestatusRequests": numbers(found.batch.get(), remembered.batch.get()),
            "serialNumbers": (found.msn < remembered.msn).then(|| json!({"last": remembered.msn})),
            "from": older.last_at.map(time_text),
            "to": time_text(*remembered_at),
        },
        "ended": {"count": ended, "payments": payments},
        "nextPayment": next_payment.get(),
    })
}

fn print(accepted: &Value) {
    let missing = &accepted["missing"];
    super::say("Accepted. What the database acknowledged after the backup is not in it:");
    for (what, name) in [("payments", "payments"), ("updatestatusRequests", "updatestatus requests")] {
        let numbers = &missing[what];
        match numbers["count"].as_i64() {
            Some(count) => super::say(format!("  {name} {} to {}: {count}", numbers["first"], numbers["last"])),
            None => super::say(format!("  {name}: none, by their numbers")),
        }
    }
    if let Some(last) = missing["serialNumbers"]["last"].as_i64() {
        super::say(format!("  merchants: serial numbers were issued up to {last}"));
    }
    super::say("  and what became of other payments, their captures, cancellations and refunds among it");
    let from = missing["from"].as_str().map_or_else(|| "the beginning".to_owned(), |_| text(&missing["from"]));
    super::say(format!("between {from} and {}, business time.", text(&missing["to"])));
    let (ended, named) = (&accepted["ended"], accepted["ended"]["payments"].as_array());
    super::say(format!("Ended as FAILED unknown, cause restored: {}", ended["count"]));
    let named = named.map(Vec::as_slice).unwrap_or_default();
    if !named.is_empty() {
        let heading = ["ID", "PSP", "PSP TRANSACTION ID", "AMOUNT", "WAS"].map(str::to_owned).to_vec();
        let rows: Vec<Vec<String>> = std::iter::once(heading).chain(named.iter().map(row)).collect();
        super::say(aligned(&rows));
    }
    let more = ended["count"].as_u64().unwrap_or(0).saturating_sub(u64::try_from(named.len()).unwrap_or(u64::MAX));
    if more > 0 {
        super::say(format!("and {more} more: lommebok payments list --outcome-unknown"));
    }
    super::say(format!("The next payment is number {}. Compare with the PSPs.", accepted["nextPayment"]));
}

fn row(payment: &Value) -> Vec<String> {
    let amount = money(&payment["amount"]);
    let [psp, id, state] = ["psp", "pspTransactionId", "state"].map(|name| text(&payment[name]));
    vec![payment["id"].to_string(), psp, id, amount, state]
}

/// The fault of a stopped server's database, with the way on when it is a restored one.
pub(super) fn in_words(config: &DevConfig, fault: StoppedFault) -> anyhow::Error {
    if !fault.is_of_an_older_database() {
        return fault.into();
    }
    let way_on = way_on(config, &shell::invocation(&config.data.data_dir));
    anyhow::Error::msg(format!("the database can't be used: {fault}{way_on}"))
}

/// What ends the refusal of a database that is older than its directory remembers, for whoever reads it.
pub(super) fn way_on(config: &DevConfig, invocation: &Invocation) -> String {
    let database = config.data.database.as_ref().map(|path| shell::word(&format!("sqlite:{}", path.display())));
    let database = database.map(|url| format!(" --database-url {url}")).unwrap_or_default();
    let accept = invocation.line("check --accept-restored");
    format!(
        ". Put the right database back, or accept this one:\n  {accept}{database}   ends what was under way, and says what may be missing"
    )
}
