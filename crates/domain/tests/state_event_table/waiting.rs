//! Entries that wait for the attempt's end: nothing overtakes them, and their turn does what the plain entry would have.
//!
//! The rows come from the tables: what is written about an entry when nothing waits is what its turn has to do.

use lommebok_domain::{
    Actor, Cause, Command, DueKind, DueWrite, EntryCounts, EntryStatus, EventKind, OperationStatus, Payment, Phase,
    Refusal, State, StepUpResult, Timestamp, Transition, decide,
};
use lommebok_domain::{AttemptAnswer, AttemptNumber};

use crate::case::{Case, When, entry, every_entry};
use crate::fixtures::{CARD, FIRST_RETURN, PSP, STEP_UP_URL, at, ore, payment};
use crate::table::{Expected, in_order};
use crate::tables;

fn is_authorizing(payment: &Payment) -> bool {
    matches!(payment.state, State::Authorizing { .. })
}

/// What is written about the plain entry, as the turn of the first of `waiting`.
fn as_a_turn(written: &Expected, before: &Payment, (now, status, amount): (Timestamp, EntryStatus, i64)) -> Expected {
    let waiting = before.waiting.saturating_sub(1);
    match written {
        // Applied without effect and without a trace: a turn leaves one.
        Err(Refusal::AlreadySo) => {
            let kind = EventKind::NoEffect { status, amount: ore(amount) };
            let event = lommebok_domain::Event { at: now, actor: Actor::Psp(PSP), kind };
            let without_effect = before.entries.without_effect.saturating_add(1);
            let entries = EntryCounts { without_effect, ..before.entries };
            let version = before.version.saturating_add(1);
            let payment = Payment { waiting, version, entries, ..before.clone() };
            Ok(Transition { payment, events: vec![event], due: Vec::new() })
        }
        Ok(transition) => {
            let mut transition = transition.clone();
            transition.payment.waiting = waiting;
            Ok(transition)
        }
        Err(refusal) => {
            let Refusal::Entry(entry_refusal) = refusal else { return Err(refusal.clone()) };
            let cause = Cause::new(entry_refusal.code().as_str(), entry_refusal.to_string());
            let event =
                lommebok_domain::Event { at: now, actor: Actor::Psp(PSP), kind: EventKind::WaitingEntryRefused(cause) };
            let version = before.version.checked_add(1).expect("fixtures have small versions");
            let payment = Payment { waiting, version, ..before.clone() };
            Ok(Transition { payment, events: vec![event], due: Vec::new() })
        }
    }
}

#[test]
fn a_waiting_entrys_turn_does_what_the_plain_entry_would_have_done() {
    for table in tables().iter().filter(|table| !is_authorizing(&table.before)) {
        let before = Payment { waiting: 2, ..table.before.clone() };
        for case in every_entry(Case::Entry) {
            let Case::Entry(status, operation, amount) = case else { continue };
            let now = table.time(When::Due);
            let written = table.says(When::Due, case).unwrap();
            let got = decide(&before, Command::ApplyWaiting(entry(status, operation, amount)), now);
            assert_eq!(
                in_order(got),
                in_order(as_a_turn(written, &before, (now, status, amount))),
                "{}: {case:?}",
                table.name
            );
        }
    }
}

#[test]
fn no_entry_overtakes_one_that_waits() {
    for table in tables() {
        let before = Payment { waiting: 1, ..table.before.clone() };
        for case in every_entry(Case::Entry) {
            let got = decide(&before, case.command(), table.time(When::Due));
            assert_eq!(got, Err(Refusal::EntryWaits), "{}: {case:?}", table.name);
        }
    }
}

#[test]
fn an_entry_behind_one_that_waits_can_be_parked_in_every_state() {
    for table in tables() {
        let before = Payment { waiting: 1, ..table.before.clone() };
        let parked = decide(&before, Command::ParkEntry { amount: ore(1) }, table.time(When::Due)).unwrap();
        assert_eq!(parked.payment.waiting, 2, "{}", table.name);
        assert_eq!(parked.payment.state, before.state, "{}", table.name);
        assert_eq!(parked.due, [], "{}", table.name);
    }
}

#[test]
fn waiting_entries_are_due_at_once_when_the_attempt_ends() {
    let phase = Phase::Open { at: at(71_000), return_id: FIRST_RETURN };
    let before =
        Payment { waiting: 1, ..payment(State::Authorizing { card: CARD, attempt: AttemptNumber::One, phase }) };
    let command = Command::EndAttempt { attempt: AttemptNumber::One, answer: AttemptAnswer::Ok };
    let mut ended = decide(&before, command, at(72_000)).unwrap();
    ended.due.sort_by_key(|write| matches!(write, DueWrite::Set(..)));
    assert_eq!(ended.due, [DueWrite::Clear(DueKind::Timer, at(91_000)), DueWrite::Set(DueKind::Waiting, at(0))]);
}

#[test]
fn the_last_waiting_entrys_turn_ends_the_work() {
    let reserved = State::Reserved { card: Some(CARD) };
    let before = Payment { waiting: 1, sums: crate::fixtures::sums(0, 0, 0), ..payment(reserved) };
    let capture = entry(EntryStatus::Captured, OperationStatus::Success, 49_900);
    let applied = decide(&before, Command::ApplyWaiting(capture), at(72_000)).unwrap();
    assert_eq!(applied.payment.waiting, 0);
    assert_eq!(applied.payment.sums.captured(), 49_900);
    assert_eq!(applied.due, [DueWrite::Clear(DueKind::Waiting, at(0))]);
}

#[test]
fn entries_that_still_wait_when_the_second_attempt_begins_wait_for_that_too() {
    let state =
        State::StepUp { card: CARD, url: STEP_UP_URL.to_owned(), return_id: FIRST_RETURN, deadline: at(600_000) };
    let before = Payment { waiting: 1, ..payment(state) };
    let passed = Command::ReturnFromStepUp { return_id: FIRST_RETURN, result: StepUpResult::Success };
    let queued = decide(&before, passed, at(100_000)).unwrap();
    assert!(queued.due.contains(&DueWrite::Clear(DueKind::Waiting, at(0))), "{:?}", queued.due);
    assert_eq!(queued.payment.due().collect::<Vec<_>>(), [(DueKind::Timer, at(110_000))]);
}
