//! Lists of payments, and the log of one, a page at a time. A page ends by its length, by its texts or by the rows that it looked
//! at, so a short page is not the last one: only `next` tells.

use lommebok_domain::{Event, Payment, PaymentId, StateName, UserId};

/// Which payments a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentFilter {
    /// All of the tenant.
    All,
    /// Those in this state.
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

/// A page of payments, newest first. It may be short, even empty, and yet have a next one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The payments.
    pub payments: Vec<Payment>,
    /// Where the next page begins (hand it in as `before`), if there may be one.
    pub next: Option<PaymentId>,
}

/// A page of a payment's log, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventPage {
    /// The version that the first of them made; each further one made one more.
    pub first_version: i64,
    /// The events.
    pub events: Vec<Event>,
    /// After which version the next page begins (hand it in as `after`), if there is one.
    pub next: Option<i64>,
}
