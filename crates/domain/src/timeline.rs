//! The log read back for people who debug: a payment's attempts with their times, what happens next, and what a lost answer asks for.
//!
//! Nothing here decides; [`crate::decide()`] does. A newcomer's mistake: to look for an attempt in the state alone. It is gone there when
//! it has ended.

use crate::cause::Cause;
use crate::due::DueKind;
use crate::event::{Event, EventKind};
use crate::payment::Payment;
use crate::state::{AttemptNumber, Failure, Phase, State};
use lommebok_values::Timestamp;

/// What a person does about an unknown outcome.
pub const SETTLE_UNKNOWN: &str = "Find out at the acquirer whether the money is reserved. If it is, report RESERVED by updatestatus, or CAPTURED \
    if it is captured; if not, CANCELLED. Until then nothing settles it.";

/// A call of the PSP's makePayment endpoint, from its approval to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub number: AttemptNumber,
    /// When the user had approved, or come back from 3-D Secure.
    pub queued_at: Timestamp,
    /// When the call was about to be made; never, when it could not be.
    pub opened_at: Option<Timestamp>,
    pub end: Option<AttemptEnd>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptEnd {
    pub at: Timestamp,
    pub outcome: AttemptOutcome,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The PSP said OK.
    Reserved,
    /// It asked for 3-D Secure.
    StepUp(Cause),
    /// No money was taken for certain.
    Failed(Cause),
    /// The answer was lost.
    Unknown(Cause),
}

/// The attempts of a payment, from its first events on.
pub fn attempts(events: &[Event]) -> Vec<Attempt> {
    let mut attempts: Vec<Attempt> = Vec::new();
    for Event { at, kind, .. } in events {
        if let Some(number) = begun(kind) {
            attempts.push(queued(number, *at));
        } else if let Some(last) = attempts.last_mut().filter(|last| last.end.is_none()) {
            // What comes when it has ended settles the payment, and is no end of the attempt.
            if matches!(kind, EventKind::AttemptOpened(_)) {
                last.opened_at = Some(*at);
            }
            last.end = outcome(kind).map(|outcome| AttemptEnd { at: *at, outcome });
        }
    }
    attempts
}

/// The attempt that begins with this event.
const fn begun(kind: &EventKind) -> Option<AttemptNumber> {
    if matches!(kind, EventKind::Approved { .. }) {
        Some(AttemptNumber::One)
    } else if matches!(kind, EventKind::StepUpPassed) {
        Some(AttemptNumber::Two)
    } else {
        None
    }
}

/// What this event says came of the attempt that is under way.
fn outcome(kind: &EventKind) -> Option<AttemptOutcome> {
    if let EventKind::StepUpStarted(cause) = kind {
        return Some(AttemptOutcome::StepUp(cause.clone()));
    }
    if let EventKind::Failed(failure) = kind {
        return Some(match failure {
            Failure::Certain { cause } => AttemptOutcome::Failed(cause.clone()),
            Failure::Unknown { cause, .. } => AttemptOutcome::Unknown(cause.clone()),
        });
    }
    matches!(kind, EventKind::Reserved { .. }).then_some(AttemptOutcome::Reserved)
}

fn queued(number: AttemptNumber, queued_at: Timestamp) -> Attempt {
    Attempt { number, queued_at, opened_at: None, end: None }
}

/// What happens when this work becomes due, if nothing else happens before.
pub fn then(payment: &Payment, due: DueKind) -> &'static str {
    match (due, &payment.state) {
        (DueKind::Timer, State::AwaitingUser { .. }) => "its link ends: EXPIRED, and the PSP is sent a notice",
        (DueKind::Timer, State::AwaitingApproval { .. }) => {
            "its user's time ends: EXPIRED, and the PSP is sent a notice"
        }
        (DueKind::Timer, State::StepUp { .. }) => "3-D Secure ends: EXPIRED, and the PSP is sent a notice",
        (DueKind::Timer, State::Authorizing { phase: Phase::Queued { .. }, .. }) => {
            "no call could be made: FAILED for certain, and the PSP is sent a notice"
        }
        (DueKind::Timer, State::Authorizing { phase: Phase::Open { .. }, .. }) => {
            "the PSP has not answered: FAILED, outcome unknown"
        }
        (DueKind::Timer, State::Reserved { .. } | State::Failed(_) | State::Cancelled(_) | State::Expired) => "nothing",
        (DueKind::Notice, _) => "the notice is sent to the PSP",
        (DueKind::Waiting, _) => "the entries that waited are applied",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Actor;
    use crate::state::CancelledBy;
    use lommebok_values::{Amount, CardId, UserId};

    fn at(ms: i64, kind: EventKind) -> Event {
        Event { at: Timestamp::from_millis(ms), actor: Actor::Wallet, kind }
    }

    #[test]
    fn attempts_have_their_times_and_what_settles_a_payment_later_is_no_end_of_one() {
        let cause = Cause::code("timeout");
        let approved = EventKind::Approved { user: UserId::new(1), card: CardId::new(1) };
        let reserved = EventKind::Reserved { amount: Amount::from_ore(5).unwrap(), text: String::new() };
        let events = [
            at(1, approved),
            at(2, EventKind::AttemptOpened(AttemptNumber::One)),
            at(3, EventKind::StepUpStarted(cause.clone())),
            at(4, EventKind::StepUpPassed),
            at(5, EventKind::AttemptOpened(AttemptNumber::Two)),
            at(6, EventKind::Failed(Failure::Unknown { cause: cause.clone(), card: None })),
            at(7, reserved),
        ];
        let attempts = attempts(&events);
        let ends: Vec<_> = attempts.iter().filter_map(|attempt| attempt.end.clone()).collect();
        let end = |ms, outcome| AttemptEnd { at: Timestamp::from_millis(ms), outcome };
        assert_eq!(ends, [end(3, AttemptOutcome::StepUp(cause.clone())), end(6, AttemptOutcome::Unknown(cause))]);
        let opened: Vec<_> = attempts.iter().map(|attempt| attempt.opened_at).collect();
        assert_eq!(opened, [2, 5].map(|ms| Some(Timestamp::from_millis(ms))));
        assert_eq!(super::attempts(&[at(1, EventKind::Cancelled(CancelledBy::App))]), []);
    }
}
