//! What can be done to a payment in each state, without a phone.

use crate::state::StateName;

/// What can be done to a payment that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Its user approves.
    Approve,
    /// Its user cancels.
    Cancel,
    /// Its user comes back from 3-D Secure.
    StepUp,
    /// Business time moves to its deadline.
    Expire,
}

impl Action {
    pub const ALL: [Self; 4] = [Self::Approve, Self::Cancel, Self::StepUp, Self::Expire];

    /// Its name, as in commands and paths: `step-up`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Cancel => "cancel",
            Self::StepUp => "step-up",
            Self::Expire => "expire",
        }
    }

    /// What can be done in this state.
    pub const fn possible_in(state: StateName) -> &'static [Self] {
        match state {
            StateName::AwaitingUser | StateName::AwaitingApproval => &[Self::Approve, Self::Cancel, Self::Expire],
            StateName::StepUp => &[Self::StepUp, Self::Cancel, Self::Expire],
            StateName::Authorizing
            | StateName::Reserved
            | StateName::Failed
            | StateName::Cancelled
            | StateName::Expired => &[],
        }
    }

    /// # Errors
    /// [`NotPossible`] when it is not possible in this state.
    pub fn check(self, state: StateName) -> Result<(), NotPossible> {
        if Self::possible_in(state).contains(&self) { Ok(()) } else { Err(NotPossible { asked: self, state }) }
    }
}

/// The payment's state does not allow what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not possible: the payment is {}, {}", .asked.as_str(), .state.as_str(), instead(*.state))]
pub struct NotPossible {
    /// What was asked.
    pub asked: Action,
    /// Where the payment stands.
    pub state: StateName,
}

fn instead(state: StateName) -> String {
    let possible: Vec<&str> = Action::possible_in(state).iter().map(|action| action.as_str()).collect();
    if state == StateName::Authorizing {
        "and only its PSP's answer leads on".to_owned()
    } else if possible.is_empty() {
        "and its user's part is over".to_owned()
    } else {
        format!("and possible now are {}", possible.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_the_state_and_what_is_possible_in_it() {
        let words = |asked: Action, state| asked.check(state).unwrap_err().to_string();
        assert_eq!(
            words(Action::Approve, StateName::StepUp),
            "approve is not possible: the payment is STEP_UP, and possible now are step-up, cancel, expire"
        );
        assert_eq!(
            words(Action::Expire, StateName::Authorizing),
            "expire is not possible: the payment is AUTHORIZING, and only its PSP's answer leads on"
        );
        assert_eq!(
            words(Action::Cancel, StateName::Reserved),
            "cancel is not possible: the payment is RESERVED, and its user's part is over"
        );
    }
}
