//! The limits of entries: a payment that is full does what one that is not does, less what is partial or changes nothing.

use lommebok_domain::{
    Command, EntryCounts, EntryRefusal, EntryStatus, Failure, OperationStatus, Payment, Refusal, State, StatusEntry,
    Transition, decide,
};
use proptest::prelude::*;

use crate::life::live_with;
use crate::step::lives;

/// The limits (docs/domain.md §5).
const PARTIAL: u32 = 1_000;
const WITHOUT_EFFECT: u32 = 100;

/// Payments that are full, or will be after a few entries.
fn nearly_full() -> impl Strategy<Value = EntryCounts> {
    (PARTIAL - 3..=PARTIAL, WITHOUT_EFFECT - 2..=WITHOUT_EFFECT)
        .prop_map(|(partial_operations, without_effect)| EntryCounts { partial_operations, without_effect })
}

/// Whether the limit may refuse this, which an empty payment would have taken so.
fn may_be_refused(before: &Payment, entry: &StatusEntry, taken: &Transition) -> bool {
    let settles = matches!(before.state, State::Failed(Failure::Unknown { .. })) && taken.payment.state != before.state;
    let sums = taken.payment.sums;
    let remaining = match entry.status {
        EntryStatus::Refunded => sums.remaining_to_refund(),
        EntryStatus::Reserved | EntryStatus::Captured | EntryStatus::Cancelled => sums.remaining_to_capture(),
    };
    let is_partial = sums != before.sums && remaining > 0;
    !settles && (is_partial || entry.operation == OperationStatus::Failed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_full_payment_refuses_what_is_partial_and_never_what_settles_or_takes_all(
        entries in nearly_full(),
        steps in lives(),
    ) {
        for moment in live_with(entries, &steps) {
            let Command::ApplyEntry(entry) = &moment.command else { continue };
            let empty = Payment { entries: EntryCounts::default(), ..moment.before.clone() };
            let unlimited = decide(&empty, moment.command.clone(), moment.now);
            match (&moment.result, unlimited) {
                (Ok(done), Ok(taken)) => {
                    prop_assert_eq!((done.payment.sums, &done.payment.state), (taken.payment.sums, &taken.payment.state));
                }
                (Err(Refusal::AlreadySo), Ok(taken)) => {
                    let unchanged = (taken.payment.sums, &taken.payment.state) == (empty.sums, &empty.state);
                    prop_assert!(unchanged && entry.operation == OperationStatus::Success, "{entry:?}");
                }
                (Err(Refusal::Entry(EntryRefusal::TooManyOperations | EntryRefusal::TooManyWithoutEffect)), Ok(taken)) => {
                    prop_assert!(may_be_refused(&moment.before, entry, &taken), "{entry:?} on {:?}", moment.before);
                }
                (limited, unlimited) => prop_assert_eq!(limited.clone().err(), unlimited.err()),
            }
        }
    }

    #[test]
    fn no_life_takes_more_than_the_limits_and_the_few_that_are_never_refused(
        entries in nearly_full(),
        steps in lives(),
    ) {
        let mut turns = 0_u32;
        for moment in live_with(entries, &steps) {
            turns = turns.saturating_add(matches!(moment.command, Command::ApplyWaiting(_)).into());
            let after = moment.after();
            // Beyond it: what settles, a refund of all that remains, all the rest captured, and a refund of all that.
            prop_assert!(after.entries.partial_operations <= PARTIAL + 3, "{:?}", after.entries);
            prop_assert!(after.entries.without_effect <= WITHOUT_EFFECT.saturating_add(turns), "{:?}", after.entries);
        }
    }
}
