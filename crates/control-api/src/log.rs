//! What happened to a payment, event by event.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Moment;
use crate::sums::Sums;

/// One line of a payment's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogEntry {
    /// The version that it made.
    pub version: i64,
    /// What had become of the money after it.
    pub sums: Sums,
    /// When it happened.
    pub at: Moment,
    /// Who did it, for people: `psp 1`, `user 1`, `holder of the link` or `wallet`.
    pub actor: String,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened: the member `event` names it, and `detail` says more, or is null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", content = "detail", rename_all = "snake_case")]
pub enum Event {
    /// A number was confirmed on the landing page, or the link opened on a phone.
    Bound(Bound),
    /// The user approved.
    Approved(Approved),
    /// An attempt is about to be sent to the PSP.
    AttemptOpened(AttemptOpened),
    /// The money was reserved.
    Reserved(Money),
    /// The PSP asked for 3-D Secure.
    StepUpStarted(CauseOf),
    /// The user came back from 3-D Secure with success.
    StepUpPassed(()),
    /// It failed, or an unknown failure became certain.
    Failed(Failure),
    /// It was cancelled before it was authorised.
    Cancelled(Cancelled),
    /// A deadline passed.
    Expired(()),
    /// The PSP captured.
    Captured(Money),
    /// The PSP released part or all of the reservation.
    Released(Money),
    /// The PSP refunded.
    Refunded(Money),
    /// The PSP reported an operation that failed at the acquirer.
    OperationFailed(Operation),
    /// The PSP reported what changes nothing.
    NoEffect(NoEffect),
    /// An entry of updatestatus waits for the end of the attempt.
    EntryWaits(()),
    /// An entry that had waited was refused.
    WaitingEntryRefused(CauseOf),
    /// A try to deliver the notice failed.
    NoticeFailed(CauseOf),
    /// The PSP took the notice.
    NoticeDelivered(NoticeDelivered),
    /// A reset of business time moved the notice's next try.
    NoticeMoved(NoticeMoved),
    /// The notice was given up.
    NoticeGivenUp(CauseOf),
    /// The PSP answered after its time was over.
    LateAnswer(CauseOf),
}

/// An event in the two members that it has on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EventParts {
    /// What happened, in a word: `attempt_opened`.
    pub event: String,
    /// What else there is to say: an object, or null.
    pub detail: Value,
}

impl Event {
    /// Its name and its detail, for who shows any event.
    ///
    /// # Panics
    /// Never: each event has these two members.
    pub fn parts(&self) -> EventParts {
        let parts = serde_json::to_value(self).and_then(serde_json::from_value);
        parts.expect("an event is an object with a name and a detail")
    }
}

/// To whom a payment was bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bound {
    /// The user's number; null when no user has the phone number.
    #[schema(required = true)]
    pub user: Option<i64>,
}

/// Who approved, with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approved {
    /// The user's number.
    pub user: i64,
    /// The card's number.
    pub card: i64,
}

/// Which attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttemptOpened {
    /// 1, or 2 after 3-D Secure.
    pub attempt: i64,
}

/// An amount that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Money {
    /// In minor units of the payment's currency.
    pub amount: i64,
    /// The PSP's text, when updatestatus brought it; else empty.
    pub text: String,
}

/// Why something happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CauseOf {
    /// A word that stays: `timeout`.
    pub cause: String,
    /// For people; may be empty.
    pub detail: String,
}

/// Why a payment failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// Whether money may have been taken.
    pub outcome: Outcome,
    /// Why, a word that stays: `psp_82`, `timeout`.
    pub cause: String,
    /// Why, for people; may be empty.
    pub detail: String,
}

/// How certain a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// No money was taken.
    Certain,
    /// The PSP's answer was lost: it may have reserved the money.
    Unknown,
}

/// Who cancelled a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cancelled {
    /// Who, and where, for people: `user, in the app`.
    pub by: String,
}

/// An operation that the PSP reported as failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Operation {
    /// The entry's status in updatestatus: `CAPTURE_FAILED`.
    pub status: String,
    /// In minor units of the payment's currency.
    pub amount: i64,
    /// The PSP's text.
    pub text: String,
}

/// What the PSP reported and changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoEffect {
    /// The entry's status in updatestatus.
    pub status: String,
    /// In minor units of the payment's currency.
    pub amount: i64,
}

/// How the PSP took the notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeDelivered {
    /// The HTTP status of its answer; null where it is not known.
    #[schema(required = true)]
    pub http_status: Option<u16>,
}

/// By how much the notice's next try moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeMoved {
    /// In ms; below 0, to an earlier time.
    pub by_ms: i64,
}
