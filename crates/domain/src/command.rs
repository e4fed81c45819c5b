//! What can happen to a payment. Each command is parsed at the edge; here its data can't be wrong any more.

use crate::cause::Cause;
use crate::payment::Binding;
use crate::state::{AttemptAnswer, AttemptNumber, CancelledBy};
use lommebok_values::Amount;
use lommebok_values::{CardId, EntryStatus, OperationStatus, ReturnId, UserId};

/// What can happen to a payment (docs/domain.md §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A number was confirmed on the landing page.
    ConfirmNumber {
        /// The user whose number it is, or none ([`Binding::Open`] is refused).
        to: Binding,
    },
    /// The same, but the phone has too many open prompts of this PSP: it gets no further one.
    ConfirmWithoutPrompt {
        /// Whose number it is, as above.
        to: Binding,
    },
    /// A signed-in app user opened the link.
    OpenLink {
        /// Who opened it.
        user: UserId,
    },
    /// The user approved on the phone, with a card that is eligible.
    Approve { user: UserId, card: CardId },
    /// The sandbox's force-approve: binds the user and approves.
    ForceApprove { user: UserId, card: CardId },
    /// The user cancelled.
    Cancel {
        /// Where: in the app or on the landing page. The 3-D Secure page and the PSP have commands of their own.
        by: CancelledBy,
        /// Who: in the app always the bound user.
        user: Option<UserId>,
    },
    /// A timer looks whether the payment's deadline has passed.
    PassDeadline,
    /// A token was obtained: the queued attempt opens.
    OpenAttempt {
        /// The id for the `operations` URLs.
        return_id: ReturnId,
    },
    /// No token or no free slot was obtained for the queued attempt.
    GiveUpQueued { cause: Cause },
    /// The open attempt ended.
    EndAttempt { attempt: AttemptNumber, answer: AttemptAnswer },
    /// The user came back from the PSP's 3-D Secure page.
    ReturnFromStepUp {
        /// The id in the URL.
        return_id: ReturnId,
        /// What the URL said.
        result: StepUpResult,
    },
    /// An updatestatus entry is to be applied.
    ApplyEntry(StatusEntry),
    /// An updatestatus entry has to wait for the attempt's end.
    ParkEntry {
        /// The entry's amount.
        amount: Amount,
    },
    /// One waiting entry is applied, now that the attempt has ended.
    ApplyWaiting(StatusEntry),
    NoticeTried {
        /// The HTTP status of a complete answer below 500, or why none came.
        delivered: Result<u16, Cause>,
    },
    /// Business time is set to another moment: a notice that is due keeps its distance to it.
    MoveNotice {
        /// By how much the moment of the next try moves, in ms; negative: to an earlier one.
        by_ms: i64,
    },
    /// An answer came after its attempt had ended: kept for the operator; it changes nothing.
    KeepLateAnswer {
        /// What came.
        answer: Cause,
    },
    /// An operator accepts a database that was restored from a backup: what happened to the payment since then is not known.
    EndAsRestored,
}

/// What the `operations` URL said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepUpResult {
    /// `3dssuccess`
    Success,
    /// `3dscancel`
    Cancel,
    /// `3dsfailure`
    Failure,
}

/// One entry of updatestatus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusEntry {
    /// What became of the payment.
    pub status: EntryStatus,
    /// How much, in øre.
    pub amount: Amount,
    /// `paymentText`, empty when absent.
    pub text: String,
    /// Whether the operation was done.
    pub operation: OperationStatus,
}
