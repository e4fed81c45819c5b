//! Finding payments: by what is known of them, or by a text that may be any of it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::payment::Payment;

/// The query of `GET /payments`. What it names must all be so; one of `state`, `outcome_unknown` and `notice_given_up` at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaymentQuery {
    /// A text from a search box; what it looks like decides by what it is searched, and `foundBy` says so. Not together with `id`,
    /// `order`, `phone`, `msn`, `cause` and `amount`.
    pub q: Option<String>,
    /// The payment with this `pspTransactionId`, of any PSP, or with this number of the wallet's.
    pub id: Option<String>,
    /// Those with this `merchantOrderId`, whole.
    pub order: Option<String>,
    /// Those of the user with this phone number, and those whose init named it.
    pub phone: Option<String>,
    /// Those of the merchant with this serial number.
    pub msn: Option<String>,
    /// Those of this PSP: its `PSP-ID`, or the wallet's number for it.
    pub psp: Option<String>,
    /// Those in this state, or in one of several with commas between, whatever the case of their letters.
    #[param(example = "RESERVED,FAILED")]
    pub state: Option<String>,
    /// Those that failed with this cause: `psp_82`, `timeout`.
    pub cause: Option<String>,
    /// Those of exactly this amount, in minor units of the currency.
    #[param(minimum = 1)]
    pub amount: Option<i64>,
    /// Those whose init came at this moment of business time or later, RFC 3339.
    #[param(format = DateTime)]
    pub since: Option<String>,
    /// Those whose init came before this moment of business time, RFC 3339.
    #[param(format = DateTime)]
    pub until: Option<String>,
    /// Those that failed and may have taken money.
    #[serde(default)]
    pub outcome_unknown: bool,
    /// Those whose notice the PSP never took.
    #[serde(default)]
    pub notice_given_up: bool,
    /// The `before` of the answer: its next page.
    pub before: Option<i64>,
    /// Payments on the page, 1 to 1,000; 100 if it is left out.
    #[param(minimum = 1, maximum = 1_000)]
    pub limit: Option<u32>,
}

/// The answer of `GET /payments`: newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentPage {
    /// The payments. A page looks at a bounded number of them: it may have few, or none, and yet not be the last.
    pub payments: Vec<Payment>,
    /// Where the next page begins; null on the last one.
    #[schema(required = true)]
    pub before: Option<i64>,
    /// By what the text `q` was searched. Empty without `q`, and when it looks like nothing that could be found.
    pub found_by: Vec<FoundBy>,
}

/// By what a text was searched: the member of the query that does the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FoundBy {
    /// A payment has this `pspTransactionId`, or this number.
    Id,
    /// A payment has this `merchantOrderId`.
    Order,
    /// Eight digits, with or without 47 before them.
    Phone,
    /// A merchant has this serial number.
    Msn,
    /// The name of a state.
    State,
    /// The word for a cause: `timeout`, `psp_82`.
    Cause,
    /// Øre (`49900`), or kroner with two decimals (`499.00`).
    Amount,
}

impl FoundBy {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Order => "order",
            Self::Phone => "phone",
            Self::Msn => "msn",
            Self::State => "state",
            Self::Cause => "cause",
            Self::Amount => "amount",
        }
    }
}
