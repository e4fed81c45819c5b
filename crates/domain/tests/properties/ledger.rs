//! The money, computed a second time: a ledger that keeps a list of postings and adds them up when it is asked.
//!
//! It shares nothing with the code but the words on the wire. What it refuses has to be refused, and what it posts has
//! to be in the payment's sums, to the øre.

use lommebok_domain::{AttemptAnswer, Command, EntryStatus, Failure, OperationStatus, Payment, State, StatusEntry};
use proptest::prelude::*;

use crate::life::{Moment, WHOLE, live};
use crate::step::lives;

/// What was posted since the reservation; `None` without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Ledger(Option<Vec<(EntryStatus, i64)>>);

impl Ledger {
    fn sum(&self, status: EntryStatus) -> i64 {
        let postings = self.0.iter().flatten();
        postings.filter(|posting| posting.0 == status).map(|posting| posting.1).sum()
    }

    fn left(&self) -> i64 {
        [self.sum(EntryStatus::Captured), self.sum(EntryStatus::Cancelled)]
            .iter()
            .fold(WHOLE, |left, sum| left.checked_sub(*sum).expect("small figures"))
    }

    /// Posts the entry, or says `false`: it can't be.
    fn post(&mut self, entry: &StatusEntry) -> bool {
        let asked = entry.amount.ore();
        let (posted, limit) = match entry.status {
            EntryStatus::Reserved => return asked == WHOLE,
            EntryStatus::Cancelled if asked == WHOLE => (self.left().max(1), self.left()),
            EntryStatus::Captured | EntryStatus::Cancelled => (asked, self.left()),
            EntryStatus::Refunded => {
                let captured = self.sum(EntryStatus::Captured);
                (asked, captured.checked_sub(self.sum(EntryStatus::Refunded)).expect("small figures"))
            }
        };
        if posted > limit {
            return false;
        }
        self.0.get_or_insert_default().push((entry.status, posted));
        true
    }

    /// Whether a payment's sums are these.
    fn agrees(&self, payment: &Payment) -> bool {
        let sums = payment.sums;
        let reserved = if self.0.is_some() { WHOLE } else { 0 };
        let left = if self.0.is_some() { self.left() } else { 0 };
        sums.reserved() == reserved
            && sums.captured() == self.sum(EntryStatus::Captured)
            && sums.released() == self.sum(EntryStatus::Cancelled)
            && sums.refunded() == self.sum(EntryStatus::Refunded)
            && sums.remaining_to_capture() == left
    }
}

/// What a successful entry makes of the ledger, or `None` when it may not be applied.
fn posted(ledger: &Ledger, state: &State, entry: &StatusEntry) -> Option<Ledger> {
    let mut next = ledger.clone();
    match state {
        State::Reserved { .. } => next.post(entry).then_some(next),
        State::Failed(Failure::Unknown { .. }) => match entry.status {
            EntryStatus::Reserved | EntryStatus::Captured => {
                next.0 = Some(Vec::new());
                next.post(entry).then_some(next)
            }
            EntryStatus::Cancelled => Some(next),
            EntryStatus::Refunded => None,
        },
        State::AwaitingUser { .. }
        | State::AwaitingApproval { .. }
        | State::Authorizing { .. }
        | State::StepUp { .. }
        | State::Failed(Failure::Certain { .. })
        | State::Cancelled(_)
        | State::Expired => (entry.status == EntryStatus::Cancelled).then_some(next),
    }
}

/// The ledger after a moment, and whether the moment's entry (if it is one) may be applied.
fn follow(ledger: &Ledger, moment: &Moment) -> (Ledger, Option<bool>) {
    if let Command::EndAttempt { answer: AttemptAnswer::Ok, .. } = &moment.command {
        let next = if moment.result.is_ok() { Ledger(Some(Vec::new())) } else { ledger.clone() };
        return (next, None);
    }
    let (Command::ApplyEntry(entry) | Command::ApplyWaiting(entry)) = &moment.command else {
        return (ledger.clone(), None);
    };
    let turn = matches!(moment.command, Command::ApplyWaiting(_));
    let has_a_turn = if turn { moment.before.waiting > 0 } else { moment.before.waiting == 0 };
    if !has_a_turn || matches!(moment.before.state, State::Authorizing { .. }) {
        return (ledger.clone(), Some(false));
    }
    if entry.operation == OperationStatus::Failed {
        return (ledger.clone(), Some(true));
    }
    let next = posted(ledger, &moment.before.state, entry);
    let applied = turn || next.is_some(); // a turn is over even when its entry is refused
    (next.unwrap_or_else(|| ledger.clone()), Some(applied))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn captures_releases_and_refunds_are_those_of_an_independent_ledger(steps in lives()) {
        let mut ledger = Ledger::default();
        for moment in live(&steps) {
            let (next, applied) = follow(&ledger, &moment);
            if let Some(applied) = applied {
                prop_assert_eq!(moment.result.is_ok(), applied, "{:?} on {:?}", moment.command, moment.before);
            }
            prop_assert!(next.agrees(&moment.after()), "{:?}: {:?}, {:?}", moment.command, next, moment.after().sums);
            ledger = next;
        }
    }
}
