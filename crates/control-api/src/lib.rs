//! The Control API (`/control/v1`) on the wire: each query, body, answer, event and problem as a serde type.
//!
//! The server makes its answers of them, and the command line and the test kit read them. It knows no other crate of ours:
//! ids are plain numbers here, amounts minor units, moments text. What is null is written as null and never left out;
//! who reads ignores members that it does not know. A new member goes into docs/control-api.md too.
#![warn(missing_docs)]

mod acting;
mod awaiting;
mod batch;
mod check;
mod clock;
mod dashboard;
mod exchange;
mod log;
mod outcome;
mod payment;
mod search;
mod sums;
mod tenant;
mod timeline;
mod users;

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use acting::{ApprovePayment, Expired, StepUp, StepUpResult};
pub use awaiting::{AwaitBatchQuery, AwaitQuery, Awaited, AwaitedBatch};
pub use batch::{Batch, BatchEntry, BatchHead, BatchQuery, BatchReport, BatchReportQuery, BatchWithEntries};
pub use batch::{BatchEntries, BatchEntriesQuery, BatchList, BatchListQuery, CountedBatch, Entry, Fate, FateCounts};
pub use batch::{EntryFate, KeptRefusal, RefusedEntry, RunBatches};
pub use check::Check;
pub use clock::{Advance, Advanced, Clock, ClockMode, Jumped, LastReset, Reset, ResetDone, TimerDone, TimerKind};
pub use dashboard::DashboardLink;
pub use exchange::{Direction, Exchange, ExchangeAsQuery, ExchangeForm, ExchangeHead, ExchangePage, ExchangeQuery};
pub use exchange::{ExchangeStreamQuery, Header, Interface, Message, MessageBody, NotShown, Phases, Refused};
pub use log::{
    Approved, AttemptOpened, Bound, Cancelled, CauseOf, Event, EventParts, Failure, LogEntry, Money, NoEffect,
};
pub use log::{NoticeDelivered, NoticeMoved, Operation, Outcome};
pub use outcome::{UnknownOutcome, UnknownOutcomes, UnknownOutcomesQuery};
pub use payment::{BoundTo, ChangedPayment, LogQuery, Nobody, Notice, NoticeKind, NoticeStatus, Payment};
pub use payment::{PaymentState, PaymentWithLog, Phase, StateDetail};
pub use search::{FoundBy, PaymentPage, PaymentQuery};
pub use sums::Sums;
pub use tenant::{NewTenant, Tenant, TenantHead, TenantList, TenantMerchant, TenantPsp, TenantUser};
pub use timeline::{Action, Attempt, AttemptOutcome, CanDo, Due, DueKind, Entrance, UsedCard};
pub use users::{Card, SetScript, User, Users};

/// A moment of business time: RFC 3339 in UTC with milliseconds, `2026-11-29T22:34:15.519Z`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = DateTime, example = "2026-11-29T22:34:15.519Z")]
pub struct Moment(pub String);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a call was refused: problem details (RFC 9457), sent as `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says which kind it is.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The status in words, `Not Found`.
    #[serde(default)]
    pub title: String,
    /// The HTTP status.
    #[serde(default)]
    pub status: u16,
    /// What is wrong, for people.
    pub detail: String,
}
