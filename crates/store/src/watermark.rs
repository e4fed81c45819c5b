//! How far a database has come, to be remembered outside it: one that has not come so far is an earlier state of it, restored
//! from a backup (ADR 0014).
//!
//! Numbers alone don't show everything: an approval gives none. So the last change of a payment is remembered by its id, and
//! events are never removed: a database without it lacks a change. A newcomer's mistake: to compare with rows that are removed by
//! age; of updatestatus requests the newest stays for this.

use lommebok_domain::{PaymentId, Timestamp};

use crate::batch::BatchId;

/// How far a database has come. All of it is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermark {
    /// The highest number that a payment was given, or that is not to be given; 0: none.
    pub payment: PaymentId,
    /// The same of updatestatus requests.
    pub batch: BatchId,
    /// The same of the serial numbers that are issued to merchants.
    pub msn: i64,
    /// The last change of a payment; none when there was none since the database was opened without one.
    pub last_change: Option<LastChange>,
}

/// A change of a payment that stays for good: its initiation, or an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastChange {
    pub payment: PaymentId,
    /// The version that it made; the initiation made 1.
    pub version: i64,
    /// The id of the change, which no other has.
    pub change_id: u128,
}

/// A database that is older than what is remembered of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is older than its data directory remembers, as one that was restored from a backup. It ends at {found_numbers}; \
     remembered are {numbers}{lacks}. What was acknowledged after the backup is not in it",
    found_numbers = numbers(found),
    numbers = numbers(remembered),
    lacks = lacking(lacks_last_change.then_some(remembered.last_change).flatten())
)]
pub struct OlderDatabase {
    /// How far it has come; its last change is not looked for.
    pub found: Watermark,
    pub remembered: Watermark,
    /// Whether the last change that is remembered is not in it.
    pub lacks_last_change: bool,
    /// When the last thing happened that is in it (business time), if anything did.
    pub last_at: Option<Timestamp>,
}

fn numbers(Watermark { payment, batch, msn, .. }: &Watermark) -> String {
    let msn = if *msn > 0 { format!(", issued serial number {msn}") } else { String::new() };
    format!("payment {}, updatestatus request {}{msn}", payment.get(), batch.get())
}

fn lacking(change: Option<LastChange>) -> String {
    let words = |LastChange { payment, version, .. }| {
        format!(", with a change that it lacks: the one that made version {version} of payment {}", payment.get())
    };
    change.map(words).unwrap_or_default()
}
