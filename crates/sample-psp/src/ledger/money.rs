//! The money of a payment: its sums in øre, and what a merchant did with it.

use lommebok_sdk::Amount;
use serde::{Deserialize, Serialize};

use crate::acquirer::{OperationId, ResponseCode};
use crate::clock::Timestamp;

/// The money of a payment, in øre: all zero until it is reserved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Set aside.
    pub reserved: i64,
    /// Taken of it.
    pub captured: i64,
    /// Given up untaken.
    pub released: i64,
    /// Given back after taking.
    pub refunded: i64,
}

impl Sums {
    /// What may still be captured or cancelled.
    pub const fn remaining_to_capture(self) -> i64 {
        self.reserved.saturating_sub(self.captured).saturating_sub(self.released)
    }

    /// What may still be refunded.
    pub const fn remaining_to_refund(self) -> i64 {
        self.captured.saturating_sub(self.refunded)
    }
}

/// What a merchant does with reserved money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// Takes it.
    Capture,
    /// Gives it up untaken.
    Cancel,
    /// Gives it back.
    Refund,
}

/// An operation of a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name at the acquirer.
    pub id: OperationId,
    /// The merchant's own key for it.
    pub key: String,
    /// What was asked.
    pub kind: OperationKind,
    /// How much; worked out when it began.
    pub amount: Amount,
    pub state: OperationState,
}

/// The state of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationState {
    /// The acquirer is being asked, since then.
    Pending(Timestamp),
    Done,
    /// Refused by the acquirer.
    Refused(ResponseCode),
}
