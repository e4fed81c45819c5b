//! What has happened to a payment: the append-only log. The sums are the fold of these (see [`crate::history`]).

use crate::cause::Cause;
use crate::payment::{Binding, NoticeKind};
use crate::state::{AttemptNumber, CancelledBy, Failure};
use lommebok_values::Amount;
use lommebok_values::EntryStatus;
use lommebok_values::Timestamp;
use lommebok_values::{CardId, PspId, UserId};

/// Who caused an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The PSP, through its API or its answer.
    Psp(PspId),
    /// A signed-in user, on the phone.
    User(UserId),
    /// The holder of the landing page's link.
    LinkHolder,
    /// A timer or the makePayment worker.
    Wallet,
}

/// One event: version `n` of the payment came to be by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it was decided (business time).
    pub at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    pub kind: EventKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A number was confirmed on the landing page, or the link opened on a phone.
    Bound(Binding),
    /// The user approved.
    Approved { user: UserId, card: CardId },
    /// An attempt is about to be sent.
    AttemptOpened(AttemptNumber),
    /// The PSP said `OK`, or settled an unknown outcome with `RESERVED` or `CAPTURED`.
    Reserved {
        amount: Amount,
        /// The PSP's text, when updatestatus brought it.
        text: String,
    },
    /// The PSP asked for 3-D Secure.
    StepUpStarted(Cause),
    /// The user came back from 3-D Secure with success.
    StepUpPassed,
    /// The payment failed, or an unknown failure became certain.
    Failed(Failure),
    /// The payment was cancelled before it was authorised.
    Cancelled(CancelledBy),
    /// A deadline passed.
    Expired,
    /// The PSP captured.
    Captured {
        amount: Amount,
        /// The PSP's text.
        text: String,
    },
    /// The PSP released part or all of the reservation.
    Released {
        amount: Amount,
        /// The PSP's text.
        text: String,
    },
    /// The PSP refunded.
    Refunded {
        amount: Amount,
        /// The PSP's text.
        text: String,
    },
    /// The PSP reported an operation that failed at the acquirer: history only.
    OperationFailed {
        /// Which operation.
        status: EntryStatus,
        amount: Amount,
        /// The PSP's text.
        text: String,
    },
    /// An entry was applied and changed nothing.
    NoEffect { status: EntryStatus, amount: Amount },
    /// An entry waits for the attempt's end.
    EntryParked,
    /// A waiting entry was refused when its turn came.
    WaitingEntryRefused(Cause),
    /// A notice failed; it will be tried again.
    NoticeFailed(Cause),
    NoticeDelivered {
        kind: NoticeKind,
        /// The answer's HTTP status, below 500; events of old versions don't know it.
        status: Option<u16>,
    },
    /// The last try of a notice failed.
    NoticeGivenUp(Cause),
    /// Business time was reset, and the next try of a notice moved with it.
    NoticeMoved {
        /// By how much, in ms; negative: to an earlier moment.
        by_ms: i64,
    },
    /// An answer came too late; it changed nothing.
    LateAnswer(Cause),
}
