//! An accepted updatestatus request: kept as one row, its entries as one value until all are processed, and what became
//! of them: a byte for each, and a row for the first that were refused.

use std::sync::Arc;

use lommebok_domain::{PaymentId, PspId, PspTransactionId, RefusalCode, StatusEntry, TenantId, Timestamp};

use crate::secret::KeyedHash;

/// Entries of a request that are kept, without their texts, when all are processed.
pub const ENTRIES_KEPT: usize = 100;
/// Refused entries of a request whose payment and reason are kept; of the others the code is.
pub const REFUSALS_KEPT: u32 = 100;

/// Our number for an accepted updatestatus request, in order of acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(i64);

impl BatchId {
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

/// One entry of a request, with the payment that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchEntry {
    pub psp_transaction_id: PspTransactionId,
    pub entry: StatusEntry,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub id: BatchId,
    pub tenant: TenantId,
    pub psp: PspId,
    /// When it was accepted (business time).
    pub accepted_at: Timestamp,
    /// By how much resets of business time have moved the moment at which it is applied, in ms.
    pub moved_ms: i64,
    /// Whether it is byte-identical to one of the last 24 h.
    pub repeated: bool,
    /// How many entries it has.
    pub count: u32,
    /// The first position that has not been applied, refused or parked.
    pub next: u32,
    /// Whether every entry is processed (some may still wait for an attempt's end).
    pub finished: bool,
}

/// A request that is accepted by this change.
#[derive(Clone, Debug)]
pub struct NewBatch {
    pub psp: PspId,
    /// When (business time).
    pub accepted_at: Timestamp,
    /// Keyed hash of the body's bytes.
    pub digest: KeyedHash,
    /// All entries, in the order of the body.
    pub entries: Arc<[BatchEntry]>,
}

/// Which batch a change is about.
#[derive(Clone, Debug)]
pub enum BatchTarget {
    /// One that is accepted by this change.
    New(NewBatch),
    /// One that was accepted before, and is to go on at position `next` (else [`crate::CommitFault::Stale`]).
    Pending {
        id: BatchId,
        /// Its next position when this was decided.
        next: u32,
    },
}

/// What became of an entry that is processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It was applied, with or without effect.
    Applied,
    /// It waits for the end of its payment's attempt.
    Waiting,
    /// It could not be applied.
    Refused(RefusalCode),
}

/// An entry that could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRefusal {
    /// Its position in the request, from 0.
    pub position: u32,
    pub psp_transaction_id: PspTransactionId,
    pub code: RefusalCode,
    /// For a person.
    pub detail: String,
}

/// An entry that is parked by this change.
#[derive(Clone, Debug)]
pub struct ParkedEntry {
    pub payment: PaymentId,
    /// Its position in the request, from 0.
    pub position: u32,
    pub entry: StatusEntry,
}

/// An entry that waits for its payment's attempt to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEntry {
    pub batch: BatchId,
    pub position: u32,
    pub entry: StatusEntry,
}

/// A waiting entry that has its result in this change: its row goes, and a refusal is added to its batch's report.
#[derive(Clone, Debug)]
pub struct TakenEntry {
    pub batch: BatchId,
    pub position: u32,
    /// Code and detail, when it was refused.
    pub refusal: Option<(RefusalCode, String)>,
}
