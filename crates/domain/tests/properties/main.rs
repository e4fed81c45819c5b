//! What holds for every life of a payment, whatever happens to it and in whatever order.
//!
//! A life is a random list of steps (see `step`), lived against the code (see `life`); each test looks at all its
//! moments. The money is held against a ledger of its own (see `ledger`), which knows neither states nor events.

mod attempts;
mod entry_limits;
mod ledger;
mod life;
mod step;

use std::collections::BTreeSet;

use lommebok_domain::{
    AttemptAnswer, Cause, Command, DueKind, DueWrite, Event, EventKind, Payment, Phase, Refusal, ReturnId, State,
    StateName, Timestamp, decide, history,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::life::{Moment, live};
use crate::step::lives;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_sums_hold_and_are_the_fold_of_the_log(steps in lives()) {
        let mut log: Vec<Event> = Vec::new();
        for moment in live(&steps) {
            log.extend(moment.events());
            let after = moment.after();
            prop_assert!(after.sums.hold(), "{:?}", after.sums);
            let folded = history::Folded { sums: after.sums, entries: after.entries };
            prop_assert_eq!(history::fold(&log), Some(folded));
        }
    }

    #[test]
    fn the_version_rises_by_exactly_one_with_each_event(steps in lives()) {
        for moment in live(&steps) {
            let Ok(transition) = &moment.result else { continue };
            prop_assert!(!transition.events.is_empty());
            let events = i64::try_from(transition.events.len()).unwrap();
            prop_assert_eq!(moment.before.version.checked_add(events), Some(transition.payment.version));
            prop_assert!(transition.events.iter().all(|event| event.at == moment.now));
        }
    }

    #[test]
    fn what_was_agreed_at_init_never_changes(steps in lives()) {
        for moment in live(&steps) {
            prop_assert_eq!(&moment.after().terms, &moment.before.terms);
            prop_assert_eq!(moment.after().id, moment.before.id);
        }
    }

    #[test]
    fn the_due_rows_are_always_those_of_the_payment(steps in lives()) {
        let moments = live(&steps);
        let Some(first) = moments.first() else { return Ok(()) };
        let mut rows: BTreeSet<(DueKind, Timestamp)> = first.before.due().collect();
        for moment in &moments {
            let Ok(transition) = &moment.result else { continue };
            for write in &transition.due {
                match *write {
                    DueWrite::Clear(kind, at) => prop_assert!(rows.remove(&(kind, at)), "cleared, but never set"),
                    DueWrite::Set(kind, at) => prop_assert!(rows.insert((kind, at)), "set twice"),
                }
            }
            prop_assert_eq!(&rows, &transition.payment.due().collect::<BTreeSet<_>>());
            let kinds: BTreeSet<DueKind> = rows.iter().map(|(kind, _)| *kind).collect();
            prop_assert_eq!(kinds.len(), rows.len(), "at most one row of each kind");
        }
    }

    #[test]
    fn a_payment_that_is_not_over_always_has_a_timer(steps in lives()) {
        for moment in live(&steps) {
            let after = moment.after();
            let timed = after.due().any(|(kind, _)| kind == DueKind::Timer);
            prop_assert_eq!(timed, !after.state.is_final());
        }
    }

    #[test]
    fn a_refusal_changes_nothing_and_is_given_again(steps in lives()) {
        for moment in live(&steps) {
            let Err(refusal) = &moment.result else { continue };
            let again = decide(&moment.before, moment.command.clone(), moment.now);
            prop_assert_eq!(again, Err(refusal.clone()));
            prop_assert_eq!(&moment.after(), &moment.before);
        }
    }

    #[test]
    fn a_step_of_the_user_or_of_the_attempt_can_be_done_only_once(steps in lives()) {
        for moment in live(&steps) {
            let Ok(transition) = &moment.result else { continue };
            if counts_as_often_as_it_is_said(&moment.command) {
                continue;
            }
            let again = decide(&transition.payment, moment.command.clone(), moment.now);
            prop_assert!(again.is_err(), "{:?} twice", moment.command);
        }
    }

    #[test]
    fn two_transitions_in_one_commit_are_as_good_as_two_commits(steps in lives()) {
        for pair in live(&steps).windows(2) {
            let [Moment { before, result: Ok(first), .. }, Moment { result: Ok(second), .. }] = pair else { continue };
            let both = first.clone().then(second.clone(), before);
            prop_assert_eq!(&both.payment, &second.payment);
            let events: Vec<Event> = first.events.iter().chain(&second.events).cloned().collect();
            prop_assert_eq!(both.events, events);
            let mut rows: BTreeSet<(DueKind, Timestamp)> = before.due().collect();
            for write in both.due {
                match write {
                    DueWrite::Clear(kind, at) => prop_assert!(rows.remove(&(kind, at))),
                    DueWrite::Set(kind, at) => prop_assert!(rows.insert((kind, at))),
                }
            }
            prop_assert_eq!(rows, second.payment.due().collect::<BTreeSet<_>>());
        }
    }

    #[test]
    fn while_the_payment_is_being_processed_nothing_but_the_attempt_moves_it(steps in lives()) {
        for moment in live(&steps) {
            let lommebok_domain::State::Authorizing { .. } = &moment.before.state else { continue };
            let expected = match &moment.command {
                Command::OpenAttempt { .. }
                | Command::GiveUpQueued { .. }
                | Command::EndAttempt { .. }
                | Command::EndAsRestored => continue,
                Command::ParkEntry { .. } => Payment {
                    waiting: moment.before.waiting.saturating_add(1),
                    version: moment.before.version.saturating_add(1),
                    ..moment.before.clone()
                },
                Command::ApplyEntry(_) | Command::ApplyWaiting(_) => {
                    prop_assert_eq!(&moment.result, &Err(Refusal::EntryWaits));
                    continue;
                }
                Command::ConfirmNumber { .. }
                | Command::ConfirmWithoutPrompt { .. }
                | Command::OpenLink { .. }
                | Command::Approve { .. }
                | Command::ForceApprove { .. }
                | Command::Cancel { .. }
                | Command::PassDeadline
                | Command::ReturnFromStepUp { .. }
                | Command::NoticeTried { .. }
                | Command::MoveNotice { .. }
                | Command::KeepLateAnswer { .. } => moment.before.clone(),
            };
            prop_assert_eq!(moment.after(), expected);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// What a reset of business time rests on (ADR 0011).
    #[test]
    fn fifteen_minutes_without_its_user_end_every_payment_and_leave_a_notice_at_most(steps in lives()) {
        let moments = live(&steps);
        let Some(last) = moments.last() else { return Ok(()) };
        let until = last.now.plus_millis(15 * 60_000);
        let payment = without_its_user(last.after(), last.now, until);
        prop_assert!(payment.state.is_final(), "{:?}", payment.state);
        prop_assert!(payment.due().all(|(kind, _)| kind != DueKind::Timer), "{:?}", payment);
        prop_assert!(payment.waiting > 0 || payment.due().all(|(kind, _)| kind == DueKind::Notice), "{:?}", payment);
    }
}

/// The payment at `until`, when its user does nothing more and the PSP takes all its time and then asks for a step-up.
fn without_its_user(mut payment: Payment, mut now: Timestamp, until: Timestamp) -> Payment {
    let timer = |payment: &Payment| payment.due().find(|(kind, at)| *kind == DueKind::Timer && *at <= until);
    while let Some((_, at)) = timer(&payment) {
        let command = match &payment.state {
            State::Authorizing { phase: Phase::Queued { .. }, .. } => {
                Command::OpenAttempt { return_id: ReturnId::new(7) }
            }
            State::Authorizing { attempt, phase: Phase::Open { .. }, .. } => {
                let answer =
                    AttemptAnswer::SoftDecline { url: "https://bank.example/".to_owned(), error: Cause::code("1036") };
                Command::EndAttempt { attempt: *attempt, answer }
            }
            State::AwaitingUser { .. }
            | State::AwaitingApproval { .. }
            | State::StepUp { .. }
            | State::Reserved { .. }
            | State::Failed(_)
            | State::Cancelled(_)
            | State::Expired => Command::PassDeadline,
        };
        now = now.max(at);
        payment = decide(&payment, command, now).expect("a timer's work can be done when it is due").payment;
    }
    payment
}

/// The random lives are useful only if they reach every state.
#[test]
fn the_lives_reach_every_state_and_every_kind_of_event() {
    let mut runner = TestRunner::deterministic();
    let mut states = BTreeSet::new();
    let mut events = BTreeSet::new();
    for _ in 0..400 {
        let steps = lives().new_tree(&mut runner).unwrap().current();
        for moment in live(&steps) {
            states.insert(moment.after().state.name());
            events.extend(moment.events().iter().map(|event| kind_name(&event.kind)));
        }
    }
    assert_eq!(states, BTreeSet::from(StateName::ALL));
    assert_eq!(events.len(), 21, "{events:?}");
}

/// The variant's name, without its data.
fn kind_name(kind: &EventKind) -> String {
    format!("{kind:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// Entries count as often as they are sent, a notice's tries are counted by its sender, and late answers are kept each time.
fn counts_as_often_as_it_is_said(command: &Command) -> bool {
    matches!(
        command,
        Command::ApplyEntry(_)
            | Command::ApplyWaiting(_)
            | Command::ParkEntry { .. }
            | Command::NoticeTried { delivered: Err(_) }
            | Command::MoveNotice { .. }
            | Command::KeepLateAnswer { .. }
            | Command::ConfirmNumber { .. }
            | Command::ConfirmWithoutPrompt { .. }
    )
}
