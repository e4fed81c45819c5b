//! What reads of payments answer besides payments: lists and logs, a page at a time, and what `details` and receipts show.
//!
//! A page ends by its length, by its texts or by the rows that it looked at, so a short page need not be the last one: `next` says so.

use lommebok_domain::history::HistoryLine;
use lommebok_domain::{Event, MerchantOrderId, Payment, PaymentId, StateName, Sums, Timestamp, UserId};

/// Which payments a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentFilter {
    All,
    State(StateName),
    /// Those that are not final.
    NotFinal,
    /// Those that failed with an unknown outcome.
    OutcomeUnknown,
    /// Those whose notice was given up.
    NoticeGivenUp,
    /// Those bound to this user.
    User(UserId),
    /// Those bound to this user that are not final.
    OpenOfUser(UserId),
}

/// At which length a page of a log or history ends.
#[derive(Clone, Copy, Debug)]
pub struct PageLimit {
    /// Events or lines, at most.
    pub rows: u32,
    /// No further row is read when the texts of those before have so many bytes.
    pub text_bytes: usize,
}

/// A page of payments, newest first. It may be short, even empty, and yet have a next one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub payments: Vec<Payment>,
    /// Where the next page begins (hand it in as `before`), if there may be one.
    pub next: Option<PaymentId>,
}

/// A page of a payment's log, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventPage {
    /// The version that the first of them made; each further one made one more.
    pub first_version: i64,
    pub events: Vec<Event>,
    /// After which version the next page begins (hand it in as `after`), if there is one.
    pub next: Option<i64>,
}

/// What `details` shows of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentDetails {
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
