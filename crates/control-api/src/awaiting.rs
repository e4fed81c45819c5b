//! Waiting until a payment or a request of updatestatus is as a test wants it, which only a sandbox offers.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{Batch, Jumped, Payment};

/// The query of `GET /payments/{id}/await`: one of `state`, `attempt_open`, `notice_delivered` and `nothing_due`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AwaitQuery {
    /// Until it is in this state, or in one of several with commas between, whatever the case of their letters.
    #[param(example = "RESERVED,FAILED")]
    pub state: Option<String>,
    /// Until its PSP is being asked.
    #[serde(default)]
    pub attempt_open: bool,
    /// Until the PSP has taken its notice.
    #[serde(default)]
    pub notice_delivered: bool,
    /// Until nothing is due for it, now or later: no deadline, no attempt, no notice, no entry that waits.
    #[serde(default)]
    pub nothing_due: bool,
    /// For so many ms at most, up to 86,400,000 (a day): of real time, and with `clock auto` of business time too. 10,000 of real time if
    /// it is left out. One call waits 60 s of real time at most, and answers what is left.
    #[param(maximum = 86_400_000)]
    pub within_ms: Option<u32>,
}

/// The answer of `GET /payments/{id}/await`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Awaited {
    /// Whether it is so.
    pub reached: bool,
    /// Whether it may still become so; if not, the answer came at once. True when it is so.
    pub still_possible: bool,
    /// What is left of `within_ms`: while it is not 0, ask again to wait on.
    pub left_ms: u32,
    /// What business time did meanwhile; null when it did not jump.
    #[schema(required = true)]
    pub jumped: Option<Jumped>,
    /// The payment as it is.
    pub payment: Payment,
}

/// The query of `GET /batch/{id}/await`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AwaitBatchQuery {
    /// As of `GET /payments/{id}/await`.
    #[param(maximum = 86_400_000)]
    pub within_ms: Option<u32>,
}

/// The answer of `GET /batch/{id}/await`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AwaitedBatch {
    /// Whether each of its entries was applied or refused, and none waits.
    pub reached: bool,
    /// What is left of `within_ms`: while it is not 0, ask again to wait on.
    pub left_ms: u32,
    /// What business time did meanwhile; null when it did not jump.
    #[schema(required = true)]
    pub jumped: Option<Jumped>,
    /// The request as it is.
    pub batch: Batch,
}
