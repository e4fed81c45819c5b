//! Payments whose outcome is unknown, and what a person does about them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Moment;
use crate::payment::Payment;

/// The query of `GET /unknown-outcomes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnknownOutcomesQuery {
    /// The oldest payment first instead of the newest.
    #[serde(default)]
    pub oldest_first: bool,
    /// The `next` of the answer: its next page, in the same order.
    pub after: Option<i64>,
    /// Payments on the page, 1 to 100; 100 if it is left out.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

/// The answer of `GET /unknown-outcomes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnknownOutcomes {
    /// How many there are in all.
    pub count: u64,
    /// A page of them.
    pub payments: Vec<UnknownOutcome>,
    /// Where the next page begins; null on the last one.
    #[schema(required = true)]
    pub next: Option<i64>,
}

/// A payment that failed and may have taken money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnknownOutcome {
    /// The payment.
    #[serde(flatten)]
    pub payment: Payment,
    /// Since when; null where its log is too long to be looked through.
    #[schema(required = true)]
    pub unknown_since: Option<Moment>,
    /// What settles it, for people.
    pub what_to_do: String,
}
