//! The work that a payment owes, derived from the payment alone: nothing is remembered anywhere but in the ledger.

use serde::{Deserialize, Serialize};

use super::money::OperationState;
use super::payment::{Payment, State};
use crate::clock::Timestamp;

/// How long the task that began something gets to finish it before the worker takes over.
const TAKEN_UP_AFTER_MS: i64 = 20_000;

/// A kind of due work. A payment owes at most one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueKind {
    /// Tell the wallet of it.
    Init,
    /// Read the wallet's details.
    Check,
    /// Ask the acquirer for the pending operation.
    Operation,
    /// Ask the acquirer to undo the authorisation.
    Reversal,
}

impl DueKind {
    /// All of them.
    pub const ALL: [DueKind; 4] = [DueKind::Init, DueKind::Check, DueKind::Operation, DueKind::Reversal];

    /// A stable word for storage.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Check => "check",
            Self::Operation => "operation",
            Self::Reversal => "reversal",
        }
    }

    /// The kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Something that is to be done about a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub kind: DueKind,
    pub at: Timestamp,
}

/// All that `payment` owes.
pub(super) fn due(payment: &Payment) -> Vec<Due> {
    let mut due = Vec::new();
    let taken_up = |since: Timestamp| since.plus_millis(TAKEN_UP_AFTER_MS);
    if payment.state == State::Created {
        due.push(Due { kind: DueKind::Init, at: taken_up(payment.since) });
    }
    if let Some(at) = payment.check_at {
        due.push(Due { kind: DueKind::Check, at });
    }
    if let Some(OperationState::Pending(since)) = payment.pending().map(|operation| operation.state) {
        due.push(Due { kind: DueKind::Operation, at: taken_up(since) });
    }
    if matches!(payment.state, State::Reversing { .. }) {
        due.push(Due { kind: DueKind::Reversal, at: payment.since });
    }
    due
}
