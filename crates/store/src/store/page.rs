//! Lists of payments a page at a time. A page ends by its length or by the rows that it looked at, so a short page is not
//! the last one: only `next` tells.

use lommebok_domain::{Payment, PaymentId, StateName, UserId};

/// Which payments a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentFilter {
    /// All of the tenant.
    All,
    /// Those in this state.
    State(StateName),
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
