//! What `details` and receipts show of a payment: less than the payment and its log.

use lommebok_domain::history::HistoryLine;
use lommebok_domain::{MerchantOrderId, Sums, Timestamp};

/// What `details` shows of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentDetails {
    /// The merchant's id.
    pub merchant_order_id: MerchantOrderId,
    /// What became of the money.
    pub sums: Sums,
    /// Oldest first ([`lommebok_domain::history::lines`]).
    pub history: Vec<HistoryLine>,
    /// Whether that is all of it; else reading ended at the length that was allowed.
    pub is_whole: bool,
}

/// What a receipt shows of a payment besides the payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentReceipt {
    /// When the payment ended; `None` while it goes on.
    pub ended_at: Option<Timestamp>,
    /// A page of its history.
    pub history: HistoryPage,
}

/// A page of a payment's history, oldest first. It may be short and yet have a next one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryPage {
    /// The lines ([`lommebok_domain::history::lines`]).
    pub lines: Vec<HistoryLine>,
    /// After which version the next page begins (hand it in as `after`), if there may be one.
    pub next: Option<i64>,
}
