//! A payment's state in a test's words, which are fewer than the wallet's own.

use std::fmt;

use lommebok_domain::{Failure, Payment, State as DomainState, StateName};

/// A payment's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The link waits for its user.
    AwaitingUser,
    /// The phone has been prompted.
    AwaitingApproval,
    /// Approved; your PSP is called.
    Authorizing,
    /// Your PSP wants 3-D Secure.
    StepUp,
    /// Your PSP said OK.
    Reserved,
    /// It failed, and nothing was reserved for certain.
    Failed,
    /// It failed, and your PSP may have reserved the money: only its updatestatus settles that.
    OutcomeUnknown,
    /// It was cancelled.
    Cancelled,
    /// Its time was up.
    Expired,
}

impl State {
    pub(crate) fn of(payment: &Payment) -> Self {
        match &payment.state {
            DomainState::AwaitingUser { .. } => Self::AwaitingUser,
            DomainState::AwaitingApproval { .. } => Self::AwaitingApproval,
            DomainState::Authorizing { .. } => Self::Authorizing,
            DomainState::StepUp { .. } => Self::StepUp,
            DomainState::Reserved { .. } => Self::Reserved,
            DomainState::Failed(Failure::Certain { .. }) => Self::Failed,
            DomainState::Failed(Failure::Unknown { .. }) => Self::OutcomeUnknown,
            DomainState::Cancelled(_) => Self::Cancelled,
            DomainState::Expired => Self::Expired,
        }
    }

    pub(crate) const fn name(self) -> StateName {
        match self {
            Self::AwaitingUser => StateName::AwaitingUser,
            Self::AwaitingApproval => StateName::AwaitingApproval,
            Self::Authorizing => StateName::Authorizing,
            Self::StepUp => StateName::StepUp,
            Self::Reserved => StateName::Reserved,
            Self::Failed | Self::OutcomeUnknown => StateName::Failed,
            Self::Cancelled => StateName::Cancelled,
            Self::Expired => StateName::Expired,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AwaitingUser => "AWAITING_USER",
            Self::AwaitingApproval => "AWAITING_APPROVAL",
            Self::Authorizing => "AUTHORIZING",
            Self::StepUp => "STEP_UP",
            Self::Reserved => "RESERVED",
            Self::Failed => "FAILED",
            Self::OutcomeUnknown => "FAILED with an unknown outcome",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        })
    }
}
