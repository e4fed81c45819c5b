//! A payment's state: an enum whose variants carry exactly the data of that state (docs/domain.md §3).

use crate::cause::Cause;
use lommebok_values::Timestamp;
use lommebok_values::{CardId, ReturnId};

/// Which of the at most two posts of a token this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttemptNumber {
    /// The first.
    One,
    /// After a soft decline and a passed 3-D Secure.
    Two,
}

impl AttemptNumber {
    /// 1 or 2.
    pub const fn get(self) -> i64 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

/// How far an attempt has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Approved, and waiting for a token and a free slot. May be resumed after a crash.
    Queued {
        /// Since when (business time).
        since: Timestamp,
    },
    /// Durable before the first byte; sent at most once, only by the process that committed it.
    Open {
        /// When it was opened (business time); the 15 s count from here.
        at: Timestamp,
        /// The id in this attempt's `operations` URLs.
        return_id: ReturnId,
    },
}

/// How sure we are that a failed payment took no money.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The PSP did not authorise.
    Certain {
        /// Why it failed.
        cause: Cause,
    },
    /// The PSP may have authorised: listed until its updatestatus settles it.
    Unknown {
        /// What went wrong.
        cause: Cause,
        /// The card whose token may have been charged; not known of a payment that had not been approved when the backup was
        /// made from which its database was restored.
        card: Option<CardId>,
    },
}

/// Who ended a payment before it was authorised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CancelledBy {
    /// The user, in the app.
    App,
    /// The user, on the landing page.
    LandingPage,
    /// The user, on the 3-D Secure page.
    ThreeDSecure,
    /// The PSP, by updatestatus.
    Psp,
}

/// Whether a phone was prompted for a payment that waits for approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// It was.
    Shown,
    /// It was not, because too many of its PSP's were open there: the phone lists it without a sound.
    Withheld,
}

/// A payment's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The link waits for its user.
    AwaitingUser {
        /// When it expires.
        deadline: Timestamp,
    },
    /// It waits on the phone.
    AwaitingApproval {
        /// When it expires.
        deadline: Timestamp,
        /// Whether the phone has been prompted.
        prompt: Prompt,
    },
    /// Approved; the token goes to the PSP.
    Authorizing {
        /// The card that the user chose.
        card: CardId,
        attempt: AttemptNumber,
        /// How far it has come.
        phase: Phase,
    },
    /// The PSP asked for 3-D Secure.
    StepUp {
        /// The card that the user chose.
        card: CardId,
        /// The PSP's page.
        url: String,
        /// The id in the `operations` URLs.
        return_id: ReturnId,
        /// When it expires.
        deadline: Timestamp,
    },
    /// The PSP reserved the money. Captures, releases and refunds live in the sums.
    Reserved {
        /// The card that was charged; not known of a payment that was settled as above without one.
        card: Option<CardId>,
    },
    /// The payment failed.
    Failed(Failure),
    /// The payment was cancelled before it was authorised.
    Cancelled(CancelledBy),
    /// A deadline passed.
    Expired,
}

/// A state's name alone, as the documents write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateName {
    AwaitingUser,
    AwaitingApproval,
    Authorizing,
    StepUp,
    Reserved,
    Failed,
    Cancelled,
    Expired,
}

impl StateName {
    /// All of them, in the order of a payment's life.
    pub const ALL: [Self; 8] = [
        Self::AwaitingUser,
        Self::AwaitingApproval,
        Self::Authorizing,
        Self::StepUp,
        Self::Reserved,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The name as the documents write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingUser => "AWAITING_USER",
            Self::AwaitingApproval => "AWAITING_APPROVAL",
            Self::Authorizing => "AUTHORIZING",
            Self::StepUp => "STEP_UP",
            Self::Reserved => "RESERVED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }
}

impl State {
    pub const fn name(&self) -> StateName {
        match self {
            Self::AwaitingUser { .. } => StateName::AwaitingUser,
            Self::AwaitingApproval { .. } => StateName::AwaitingApproval,
            Self::Authorizing { .. } => StateName::Authorizing,
            Self::StepUp { .. } => StateName::StepUp,
            Self::Reserved { .. } => StateName::Reserved,
            Self::Failed(_) => StateName::Failed,
            Self::Cancelled(_) => StateName::Cancelled,
            Self::Expired => StateName::Expired,
        }
    }

    /// Whether the user's part is over.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Reserved { .. } | Self::Failed(_) | Self::Cancelled(_) | Self::Expired)
    }
}

/// How an open attempt ended: what the PSP answered, or what may have happened instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptAnswer {
    /// `OK`, in time.
    Ok,
    /// `FAIL`, with the PSP's error.
    Fail(Cause),
    /// `SOFT_DECLINE` with a good URL.
    SoftDecline {
        /// The PSP's 3-D Secure page.
        url: String,
        /// The PSP's error, usually 1036.
        error: Cause,
    },
    /// `SOFT_DECLINE` without a good URL: the PSP says that it did not authorise.
    SoftDeclineWithoutUrl(Cause),
    /// Nothing reached the PSP.
    NotDelivered(Cause),
    /// The PSP may have authorised.
    Unknown(Cause),
}
