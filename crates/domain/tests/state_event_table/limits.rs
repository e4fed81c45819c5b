//! The limits of a payment's entries as sentences: what is refused beyond them, and what never is. The tables of each state
//! have a payment that is full.

use lommebok_domain::history::{Folded, fold};
use lommebok_domain::{
    AttemptNumber, Command, EntryCounts, EntryRefusal, EntryStatus, Event, OperationStatus, Payment, Phase, Refusal,
    State, Transition, decide,
};

use crate::case::entry;
use crate::fixtures::{CARD, FIRST_RETURN, FULL, WHOLE, at, ore, payment, sums};

const NO_PLACE: Refusal = Refusal::Entry(EntryRefusal::TooManyOperations);

fn apply(before: &Payment, status: EntryStatus, amount: i64) -> Result<Transition, Refusal> {
    decide(before, Command::ApplyEntry(entry(status, OperationStatus::Success, amount)), at(200_000))
}

fn fails(before: &Payment, status: EntryStatus) -> Result<Transition, Refusal> {
    decide(before, Command::ApplyEntry(entry(status, OperationStatus::Failed, 1)), at(200_000))
}

fn park(before: &Payment, amount: i64) -> Result<Transition, Refusal> {
    decide(before, Command::ParkEntry { amount: ore(amount) }, at(200_000))
}

fn reserved() -> Payment {
    Payment { sums: sums(0, 0, 0), ..payment(State::Reserved { card: Some(CARD) }) }
}

/// A payment with its log, from its reservation on.
struct Life {
    payment: Payment,
    log: Vec<Event>,
}

impl Life {
    fn reserved() -> Self {
        let event = lommebok_domain::EventKind::Reserved { amount: ore(WHOLE), text: String::new() };
        let log = vec![Event { at: at(0), actor: lommebok_domain::Actor::Wallet, kind: event }];
        Self { payment: reserved(), log }
    }

    /// Whether the entry was taken.
    fn take(&mut self, result: Result<Transition, Refusal>) -> Result<(), Refusal> {
        let transition = result?;
        self.payment = transition.payment;
        self.log.extend(transition.events);
        Ok(())
    }
}

#[test]
fn a_payment_takes_1_000_partial_operations_and_then_only_all_that_remains() {
    let mut life = Life::reserved();
    for turn in 0..500 {
        for status in [EntryStatus::Captured, EntryStatus::Refunded] {
            let taken = apply(&life.payment, status, if status == EntryStatus::Captured { 2 } else { 1 });
            assert_eq!(life.take(taken), Ok(()), "{turn}");
        }
    }
    for (status, amount) in [(EntryStatus::Captured, 1), (EntryStatus::Cancelled, 1), (EntryStatus::Refunded, 499)] {
        assert_eq!(apply(&life.payment, status, amount), Err(NO_PLACE), "{status:?}");
    }
    let all = [(EntryStatus::Refunded, 500), (EntryStatus::Captured, 48_900), (EntryStatus::Refunded, 48_900)];
    for (status, amount) in all {
        let taken = apply(&life.payment, status, amount);
        assert_eq!(life.take(taken), Ok(()), "{status:?}");
    }
    assert_eq!(life.payment.entries, EntryCounts { partial_operations: 1_002, without_effect: 0 });
    let Payment { sums, entries, .. } = life.payment;
    assert_eq!(fold(&life.log), Some(Folded { sums, entries }));
}

#[test]
fn a_capture_or_release_of_all_that_remains_takes_no_place() {
    let before = Payment { entries: FULL, sums: sums(900, 0, 900), ..reserved() };
    for (status, amount) in
        [(EntryStatus::Captured, 49_000), (EntryStatus::Cancelled, 49_000), (EntryStatus::Cancelled, WHOLE)]
    {
        let taken = apply(&before, status, amount).expect("it is all that remains");
        assert_eq!((taken.payment.entries, taken.payment.sums.remaining_to_capture()), (FULL, 0), "{status:?}");
    }
}

#[test]
fn beyond_the_limit_the_reason_is_still_that_the_sums_do_not_allow_it() {
    let before = Payment { entries: FULL, sums: sums(900, 0, 100), ..reserved() };
    let too_much = [
        (EntryStatus::Captured, 49_001, EntryRefusal::ExceedsRemaining),
        (EntryStatus::Cancelled, 49_001, EntryRefusal::ExceedsCancellable),
        (EntryStatus::Refunded, 801, EntryRefusal::ExceedsCaptured),
    ];
    for (status, amount, refusal) in too_much {
        assert_eq!(apply(&before, status, amount), Err(Refusal::Entry(refusal)), "{status:?}");
    }
}

#[test]
fn a_payment_keeps_100_entries_without_effect_and_failed_operations_among_them() {
    let mut life = Life::reserved();
    for number in 0..50 {
        let failed = fails(&life.payment, EntryStatus::Captured);
        assert_eq!(life.take(failed), Ok(()), "{number}");
        let repeated = apply(&life.payment, EntryStatus::Reserved, WHOLE);
        assert_eq!(life.take(repeated), Ok(()), "{number}");
    }
    assert_eq!(life.payment.entries, EntryCounts { partial_operations: 0, without_effect: 100 });
    assert_eq!(fold(&life.log).map(|folded| folded.entries), Some(life.payment.entries));
    assert_eq!(fails(&life.payment, EntryStatus::Captured), Err(Refusal::Entry(EntryRefusal::TooManyWithoutEffect)));
    assert_eq!(apply(&life.payment, EntryStatus::Reserved, WHOLE), Err(Refusal::AlreadySo), "applied, and no trace");
    let capture = apply(&life.payment, EntryStatus::Captured, 1);
    assert_eq!(life.take(capture), Ok(()), "what has an effect has places of its own");
}

#[test]
fn an_open_payment_that_is_full_of_failed_operations_is_still_cancelled_by_its_psp() {
    let before = Payment { entries: FULL, ..payment(State::AwaitingUser { deadline: at(300_000) }) };
    let refused = fails(&before, EntryStatus::Captured);
    assert_eq!(refused, Err(Refusal::Entry(EntryRefusal::TooManyWithoutEffect)));
    assert!(apply(&before, EntryStatus::Cancelled, 1).is_ok());
}

#[test]
fn at_most_1_120_entries_wait_and_the_last_20_only_with_the_payments_amount() {
    let phase = Phase::Open { at: at(71_000), return_id: FIRST_RETURN };
    let authorizing = payment(State::Authorizing { card: CARD, attempt: AttemptNumber::One, phase });
    let too_many = Err(Refusal::Entry(EntryRefusal::TooManyWaiting));
    for (waiting, amount, taken) in [
        (1_099, 1, true),
        (1_100, 1, false),
        (1_100, WHOLE, true),
        (1_119, WHOLE, true),
        (1_119, 49_899, false),
        (1_120, WHOLE, false),
    ] {
        let result = park(&Payment { waiting, ..authorizing.clone() }, amount);
        assert!(if taken { result.is_ok() } else { result == too_many }, "{amount} when {waiting} wait: {result:?}");
    }
}

#[test]
fn a_waiting_entrys_turn_is_an_event_also_beyond_the_limit() {
    let before = Payment { waiting: 1, entries: FULL, ..payment(State::Expired) };
    let turn = Command::ApplyWaiting(entry(EntryStatus::Cancelled, OperationStatus::Success, WHOLE));
    let applied = decide(&before, turn, at(200_000)).expect("a turn is never refused");
    assert_eq!((applied.events.len(), applied.payment.waiting), (1, 0));
    assert_eq!(applied.payment.entries.without_effect, 101);
}
