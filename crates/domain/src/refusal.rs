//! Why a command changed nothing. The edge maps each to its own answer; nothing here knows HTTP.

use crate::refusal_code::RefusalCode;
use crate::state::StateName;

/// Why a command changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The payment already is as the command wants it: repeating is harmless.
    #[error("this is already so")]
    AlreadySo,
    /// The command does not exist in this state.
    #[error("not possible in state {}", .0.as_str())]
    WrongState(StateName),
    /// The approved payment is being processed.
    #[error("the payment is being processed")]
    BeingProcessed,
    /// Only the bound user may do this.
    #[error("the payment is not this user's")]
    NotThisUser,
    /// The deadline has passed.
    #[error("the deadline has passed")]
    DeadlinePassed,
    /// The deadline has not passed.
    #[error("not due yet")]
    NotDue,
    /// No further phone may be prompted.
    #[error("no further phone may be prompted for this payment")]
    TooManyPrompts,
    /// The number was given at init and can't be changed.
    #[error("the number was given when the payment was started")]
    NumberFixed,
    /// The answer belongs to another attempt, or the id to another step-up.
    #[error("this belongs to another attempt")]
    OtherAttempt,
    /// The updatestatus entry has to wait for the attempt's end.
    #[error("the entry waits for the attempt's end")]
    EntryWaits,
    /// The updatestatus entry can't be applied.
    #[error(transparent)]
    Entry(#[from] EntryRefusal),
}

/// Why an updatestatus entry was not applied; its code is kept in the batch report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum EntryRefusal {
    /// The payment is in a state in which this status means nothing.
    #[error("the payment is {}, so this status can't be applied", .0.as_str())]
    NotReserved(StateName),
    /// The payment ended without money here, and the PSP says otherwise: two systems disagree.
    #[error("the payment ended as {} here: the two systems disagree, check it at the acquirer", .0.as_str())]
    Disagreement(StateName),
    /// `RESERVED` names another amount than the payment's.
    #[error("the amount is not the payment's amount")]
    OtherAmount,
    /// More than remains to be captured.
    #[error("the amount exceeds what remains to be captured")]
    ExceedsRemaining,
    /// More than remains to be cancelled.
    #[error("the amount exceeds what remains to be cancelled")]
    ExceedsCancellable,
    /// More than was captured and not refunded.
    #[error("the amount exceeds what was captured and not yet refunded")]
    ExceedsCaptured,
    /// No such payment, or another PSP's.
    #[error("this PSP has no such payment")]
    UnknownPayment,
    /// A partial capture, partial cancellation or refund beyond [`crate::payment::MAX_PARTIAL_OPERATIONS`].
    #[error(
        "the payment has 1,000 partial captures, partial cancellations and refunds: only all that remains is taken now"
    )]
    TooManyOperations,
    /// A failed operation beyond [`crate::payment::MAX_WITHOUT_EFFECT`].
    #[error("the payment has 100 entries without effect: a further failed operation is not kept")]
    TooManyWithoutEffect,
    /// One more entry than [`crate::payment::MAX_WAITING`].
    #[error("too many entries of the payment wait for the end of its attempt: send this one again when it has ended")]
    TooManyWaiting,
}

impl EntryRefusal {
    /// Its code, without what else is known.
    pub const fn code(self) -> RefusalCode {
        match self {
            Self::NotReserved(_) => RefusalCode::NotReserved,
            Self::Disagreement(_) => RefusalCode::Disagreement,
            Self::OtherAmount => RefusalCode::OtherAmount,
            Self::ExceedsRemaining => RefusalCode::ExceedsRemaining,
            Self::ExceedsCancellable => RefusalCode::ExceedsCancellable,
            Self::ExceedsCaptured => RefusalCode::ExceedsCaptured,
            Self::UnknownPayment => RefusalCode::UnknownPayment,
            Self::TooManyOperations => RefusalCode::TooManyOperations,
            Self::TooManyWithoutEffect => RefusalCode::TooManyWithoutEffect,
            Self::TooManyWaiting => RefusalCode::TooManyWaiting,
        }
    }
}
