//! `lommebok payments list --follow`: the list, oldest first, and then each payment that is new or changes, as it comes.
//!
//! When the server goes away we say so, wait, and go on where we were. Who has stopped listening (`| head`) ends it.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::time::Duration;

use clap::ArgMatches;
use lommebok_control_api::{ChangedPayment, LogEntry, Outcome, Payment, StateDetail};
use lommebok_server::config::SandboxDataConfig;
use serde::Serialize;

use super::list::{PAGE, amount, limit, pages};
use super::words::{detail, money, to_the_second};
use crate::commands::{data, text};
use crate::control_client::{ControlClient, Events, runtime};
use crate::table::Columns;

/// Where the server tells what changes.
const CHANGES: &str = "/control/v1/changes";
/// The pause between two looks for a server that has gone, in ms.
const LOOKS_EVERY_MS: u64 = 250;
/// Payments whose version is remembered.
const MOST_REMEMBERED: usize = 100_000;
/// What stands in a row, and how wide it is at least, because what comes is not known.
const COLUMNS: [(&str, usize); 8] = [
    ("TIME", 20),
    ("ID", 5),
    ("PSP TRANSACTION ID", 22),
    ("MSN", 6),
    ("        AMOUNT", 14),
    ("EVENT", 16),
    ("STATE", 17),
    ("DETAIL", 0),
];

pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let data = data(matches)?;
    runtime()?.block_on(async {
        // Only a server that was there is waited for.
        let client = ControlClient::within(&data, matches)?;
        let events = client.events(CHANGES).await?;
        let mut follower = Follower::new(matches, data);
        let stopped = tokio::select! {
            stopped = follower.follow(client, events) => stopped,
            interrupted = tokio::signal::ctrl_c() => return Ok(interrupted?),
        };
        match stopped {
            // The reader has gone, as `head` does; there is nobody to tell.
            Err(Stop::Unread) => Ok(()),
            Err(Stop::Fault(fault)) => Err(fault),
            Ok(never) => match never {},
        }
    })
}

/// Why it does not go on.
enum Stop {
    /// Nobody reads what we print.
    Unread,
    Fault(anyhow::Error),
}

impl From<io::Error> for Stop {
    fn from(_unread: io::Error) -> Self {
        Self::Unread
    }
}

enum Never {}

struct Follower<'a> {
    matches: &'a ArgMatches,
    data: SandboxDataConfig,
    /// The version of each payment that was printed, or is older than the list.
    seen: BTreeMap<i64, i64>,
    /// How rows are printed, once the first ones were.
    columns: Option<Columns>,
}

impl<'a> Follower<'a> {
    fn new(matches: &'a ArgMatches, data: SandboxDataConfig) -> Self {
        Self { matches, data, seen: BTreeMap::new(), columns: None }
    }

    async fn follow(&mut self, mut client: ControlClient, mut events: Events) -> Result<Never, Stop> {
        loop {
            let gone = self.follow_while_it_is_there(&client, &mut events).await?;
            eprintln!("lommebok: {gone}; waiting until the server is back");
            (client, events) = self.back().await;
            eprintln!("lommebok: the server is back");
        }
    }

    /// Prints what comes, and answers why nothing comes any more.
    async fn follow_while_it_is_there(
        &mut self,
        client: &ControlClient,
        events: &mut Events,
    ) -> Result<anyhow::Error, Stop> {
        if let Err(gone) = self.read_again(client).await? {
            return Ok(gone);
        }
        loop {
            match events.next().await {
                Ok((event, data)) if event == "payment" => self.changed(&data)?,
                Ok((event, _)) if event == "lost" => {
                    if let Err(gone) = self.read_again(client).await? {
                        return Ok(gone);
                    }
                }
                Ok(_) => {}
                Err(gone) => return Ok(gone),
            }
        }
    }

    /// The server as soon as it is there again.
    async fn back(&self) -> (ControlClient, Events) {
        loop {
            if let Ok(client) = ControlClient::within(&self.data, self.matches)
                && let Ok(events) = client.events(CHANGES).await
            {
                return (client, events);
            }
            tokio::time::sleep(Duration::from_millis(LOOKS_EVERY_MS)).await;
        }
    }

    /// Prints what of the list was not printed, oldest first. The first time that is as many as were asked for.
    async fn read_again(&mut self, client: &ControlClient) -> Result<anyhow::Result<()>, Stop> {
        let asked = limit(self.matches);
        let payments = match pages(client, self.matches, asked.max(PAGE)).await {
            Ok(page) => page.payments,
            Err(gone) if self.columns.is_some() => return Ok(Err(gone)),
            Err(fault) => return Err(Stop::Fault(fault)),
        };
        let shown = if self.columns.is_none() { usize::try_from(asked).unwrap_or(usize::MAX) } else { usize::MAX };
        let (shown, older) = payments.split_at(shown.min(payments.len()));
        for payment in older {
            self.is_news(payment);
        }
        if self.columns.is_none() {
            let rows: Vec<Vec<String>> = shown.iter().map(|payment| row(payment, None)).collect();
            let columns = Columns::of(&rows).at_least(&COLUMNS.map(|(_, width)| width));
            if !self.matches.get_flag("json") {
                print(&columns.line(&COLUMNS.map(|(name, _)| name.to_owned())))?;
            }
            self.columns = Some(columns);
        }
        for payment in shown.iter().rev() {
            if self.is_news(payment) {
                self.print(payment, || row(payment, None))?;
            }
        }
        Ok(Ok(()))
    }

    fn changed(&mut self, data: &str) -> Result<(), Stop> {
        let Ok(changed) = serde_json::from_str::<ChangedPayment>(data) else { return Ok(()) };
        let ChangedPayment { payment, last_event } = &changed;
        if self.is_wanted(payment) && self.is_news(payment) {
            self.print(&changed, || row(payment, last_event.as_ref()))?;
        }
        Ok(())
    }

    /// Whether the list would have it.
    fn is_wanted(&self, payment: &Payment) -> bool {
        let mut states = self.matches.get_many::<String>("state").into_iter().flatten().peekable();
        let is_in_state =
            states.peek().is_none() || states.any(|state| payment.state.as_str().eq_ignore_ascii_case(state));
        let is_unknown = || {
            let detail = payment.state_detail.as_ref();
            matches!(detail, Some(StateDetail::Failed(failure)) if failure.outcome == Outcome::Unknown)
        };
        is_in_state && (!self.matches.get_flag("outcome-unknown") || is_unknown())
    }

    /// Whether this version was not seen; now it was.
    fn is_news(&mut self, payment: &Payment) -> bool {
        let before = self.seen.insert(payment.id, payment.version);
        if self.seen.len() > MOST_REMEMBERED {
            self.seen.pop_first();
        }
        before.is_none_or(|before| before < payment.version)
    }

    fn print(&self, json: &impl Serialize, row: impl FnOnce() -> Vec<String>) -> io::Result<()> {
        match &self.columns {
            Some(columns) if !self.matches.get_flag("json") => print(&columns.line(&row())),
            _ => print(&serde_json::to_value(json)?.to_string()),
        }
    }
}

/// A payment with what happened to it last, as far as that is known: the list does not say it.
fn row(payment: &Payment, last: Option<&LogEntry>) -> Vec<String> {
    let event = last.filter(|_| payment.version > 1).map(|last| last.event.parts().event);
    let created = if payment.version == 1 { "created" } else { "" };
    vec![
        to_the_second(last.map_or(&payment.created_at, |last| &last.at)),
        payment.id.to_string(),
        text(&payment.psp_transaction_id),
        text(&payment.merchant_serial_number),
        amount(&money(payment.amount)),
        event.unwrap_or_else(|| created.to_owned()),
        payment.state.as_str().to_owned(),
        detail(payment),
    ]
}

/// One line, at once, also into a pipe.
fn print(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}
