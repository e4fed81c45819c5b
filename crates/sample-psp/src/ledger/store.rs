//! The ledger as a place: a command is decided on what is stored and its entries are durable, all in one transaction.
//!
//! Entries, version, due work, session and reports change together or not at all.

use std::path::Path;
use std::sync::Arc;

use super::due::due;
use super::report::reports;
use super::time_seen::TimeSeen;
use super::{Command, Entry, EntryKind, Payment, Refusal, Terms, decide};
use crate::clock::Timestamp;
use crate::database::ledger::{self as rows, Batch, DueRow};
use crate::database::{Database, DatabaseFault};

/// The ledger. Cheap to clone; clones share the one writer.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    database: Database,
    collects_for_ms: i64,
    seen: Arc<TimeSeen>,
}

#[derive(Clone, Debug)]
pub(crate) struct Commit {
    pub(crate) payment: Payment,
    pub(crate) entries: Vec<Entry>,
}

/// A command that was not committed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LedgerFault {
    /// It is not possible now; this is the state of the payment.
    #[error("{0}")]
    Refused(Refusal, Box<Payment>),
    /// There is no such payment.
    #[error("there is no such payment")]
    Unknown,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseFault),
}

/// What a payment's creation came to.
#[derive(Clone, Debug)]
pub(crate) enum Created {
    New(Payment),
    /// The order has a payment already.
    Exists(Payment),
}

/// How a payment is named.
#[derive(Clone, Debug)]
pub(crate) enum Name {
    Number(i64),
    PspTransactionId(String),
    Session(String),
}

impl Ledger {
    /// Opens the ledger at `path`. Reports go `collects_for_ms` after what they tell; 0 is at once.
    pub(crate) fn open(path: &Path, collects_for_ms: i64) -> Result<Self, DatabaseFault> {
        Ok(Self { database: Database::open(path, &rows::STEPS)?, collects_for_ms, seen: Arc::default() })
    }

    /// Creates a payment, unless the order has one.
    pub(crate) async fn create(&self, terms: Terms) -> Result<Created, DatabaseFault> {
        self.database
            .write(move |transaction| {
                let (msn, order) = (terms.msn.as_str(), terms.order_id.as_str());
                if let Some(before) = rows::find_by_order(transaction, msn, order)? {
                    return Ok(Created::Exists(before));
                }
                let taken = || DatabaseFault::Row("the payment's id is taken".to_owned());
                let payment = rows::insert(transaction, &terms)?.ok_or_else(taken)?;
                rows::set_due(transaction, payment.id, &[], &due(&payment))?;
                Ok(Created::New(payment))
            })
            .await
    }

    /// Decides `command` on the payment as it is stored, and keeps what follows.
    pub(crate) async fn commit(&self, name: Name, command: Command, now: Timestamp) -> Result<Commit, LedgerFault> {
        let collects_for_ms = self.collects_for_ms;
        let committed = self.database.write(move |transaction| {
            let Some(payment) = find(transaction, &name)? else { return Ok(Err(LedgerFault::Unknown)) };
            commit(transaction, payment, command, now, collects_for_ms)
        });
        committed.await?
    }

    pub(crate) async fn find(&self, name: Name) -> Result<Option<Payment>, DatabaseFault> {
        self.database.read(move |connection| find(connection, &name)).await
    }

    /// What happened to a payment, oldest first.
    pub(crate) async fn entries(&self, payment: i64) -> Result<Vec<Entry>, DatabaseFault> {
        self.database.read(move |connection| rows::entries(connection, payment)).await
    }

    /// How many reports of a payment the wallet has not taken.
    pub(crate) async fn owed(&self, payment: i64) -> Result<u32, DatabaseFault> {
        self.database.read(move |connection| rows::owed(connection, payment)).await
    }

    /// A merchant's payments with a smaller number than `before`, newest first.
    pub(crate) async fn page(&self, msn: String, before: i64, limit: u32) -> Result<Vec<Payment>, DatabaseFault> {
        self.database.read(move |connection| rows::page(connection, &msn, before, limit)).await
    }

    /// Notices that business time was set back, here or while nothing ran: what is due then keeps its distance. Said before
    /// anything is asked for by time.
    pub(crate) async fn see(&self, now: Timestamp) -> Result<(), DatabaseFault> {
        self.seen.see(&self.database, now).await
    }

    /// What is due at `now`.
    pub(crate) async fn due_by(&self, now: Timestamp, limit: u32) -> Result<Vec<DueRow>, DatabaseFault> {
        self.database.read(move |connection| rows::due_by(connection, now, limit)).await
    }

    /// When the next work is due, or the next reports.
    pub(crate) async fn next(&self) -> Result<Option<Timestamp>, DatabaseFault> {
        let both = self.database.read(|connection| Ok([rows::next_due(connection)?, rows::next_report(connection)?]));
        Ok(both.await?.into_iter().flatten().min())
    }

    /// Tries due work again at `at`.
    pub(crate) async fn postpone(&self, row: DueRow, at: Timestamp) -> Result<(), DatabaseFault> {
        self.database.write(move |transaction| rows::postpone(transaction, row, at)).await
    }

    /// The reports to send now, at most `most`; a new batch gets `key`.
    pub(crate) async fn next_batch(
        &self,
        now: Timestamp,
        key: String,
        most: u32,
    ) -> Result<Option<Batch>, DatabaseFault> {
        self.database.write(move |transaction| rows::next_batch(transaction, now, &key, most)).await
    }

    /// Sends a batch again at `at`.
    pub(crate) async fn postpone_batch(&self, id: i64, at: Timestamp) -> Result<(), DatabaseFault> {
        self.database.write(move |transaction| rows::postpone_batch(transaction, id, at)).await
    }

    /// Sends each report of a batch alone.
    pub(crate) async fn split_batch(&self, id: i64) -> Result<(), DatabaseFault> {
        self.database.write(move |transaction| rows::split(transaction, id)).await
    }

    /// Ends a batch: the wallet took it, or refused it for this reason. Each payment gets an entry of it.
    pub(crate) async fn close_batch(
        &self,
        batch: Batch,
        refused: Option<String>,
        now: Timestamp,
    ) -> Result<(), DatabaseFault> {
        self.database
            .write(move |transaction| {
                rows::close(transaction, batch.id, if refused.is_some() { "refused" } else { "accepted" })?;
                for row in &batch.reports {
                    let (status, amount) = (row.report.status, row.report.amount);
                    let command = match &refused {
                        None => Command::AcceptReport { status, amount },
                        Some(reason) => Command::RefuseReport { status, amount, reason: reason.clone() },
                    };
                    match rows::find_by_id(transaction, row.payment) {
                        // A report's end is possible in every state.
                        Ok(Some(payment)) => drop(commit(transaction, payment, command, now, 0)?),
                        Ok(None) => {}
                        // What can't be read can't be added to; the batch is the others' too.
                        Err(DatabaseFault::Row(fault)) => {
                            tracing::error!(payment = row.payment, fault, "a report's end is not written down");
                        }
                        Err(fault) => return Err(fault),
                    }
                }
                Ok(())
            })
            .await
    }
}

fn find(connection: &rusqlite::Connection, name: &Name) -> Result<Option<Payment>, DatabaseFault> {
    match name {
        Name::Number(id) => rows::find_by_id(connection, *id),
        Name::PspTransactionId(id) => rows::find_by_name(connection, id),
        Name::Session(session) => rows::find_by_session(connection, session),
    }
}

/// The one place where entries are added.
fn commit(
    transaction: &rusqlite::Transaction<'_>,
    payment: Payment,
    command: Command,
    now: Timestamp,
    collects_for_ms: i64,
) -> Result<Result<Commit, LedgerFault>, DatabaseFault> {
    let kinds = match decide(&payment, command) {
        Ok(kinds) => kinds,
        Err(refusal) => return Ok(Err(LedgerFault::Refused(refusal, Box::new(payment)))),
    };
    let mut after = payment.clone();
    let mut entries = Vec::with_capacity(kinds.len());
    for kind in kinds {
        for report in reports(&after, &kind) {
            rows::queue(transaction, payment.id, report, now.plus_millis(collects_for_ms))?;
        }
        if let EntryKind::SoftDeclined { step_up, .. } = &kind {
            rows::keep_session(transaction, &step_up.session, payment.id)?;
        }
        let entry = Entry { at: now, kind };
        after.apply(&entry);
        entries.push(entry);
    }
    rows::append(transaction, payment.id, payment.version, &entries)?;
    let (owed_before, owed_after) = (due(&payment), due(&after));
    if owed_before != owed_after {
        rows::set_due(transaction, payment.id, &owed_before, &owed_after)?;
    }
    Ok(Ok(Commit { payment: after, entries }))
}
