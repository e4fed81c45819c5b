//! Payments that are over, with what became of their money.

use lommebok_values::EntryStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Payment;

/// The answer of `GET /receipts`: newest first, at most 20 a page; a page may be short or empty and yet have a next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptPage {
    /// The receipts, with the first lines of their history.
    pub receipts: Vec<Receipt>,
    /// Where the next page begins; null on the last one.
    #[schema(required = true)]
    pub next: Option<String>,
}

/// A payment that is over: the answer of `GET /receipts/{id}`, with a page of its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The payment.
    pub payment: Payment,
    /// When it was over.
    #[schema(format = DateTime)]
    pub ended_at: String,
    /// What became of the money.
    pub sums: Sums,
    /// What happened to the money, the oldest line first.
    pub history: Vec<HistoryLine>,
    /// Where the next page of the history begins; null on the last one.
    #[schema(required = true)]
    pub history_next: Option<String>,
}

/// What became of a payment's money, in minor units of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sums {
    /// What was captured.
    pub captured: i64,
    /// What was released.
    pub released: i64,
    /// How much of what was captured was paid back.
    pub refunded: i64,
}

/// One line of a payment's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryLine {
    /// When it happened.
    #[schema(format = DateTime)]
    pub at: String,
    /// What was done.
    pub operation: EntryStatus,
    /// In minor units of the payment's currency.
    pub amount: i64,
    /// For people; may be empty.
    pub text: String,
    /// Whether it worked.
    pub success: bool,
}
