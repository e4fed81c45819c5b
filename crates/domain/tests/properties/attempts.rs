//! How a payment moves: final states stay, a token is sent at most twice, and a notice never meets an open attempt.

use lommebok_domain::{
    AttemptAnswer, AttemptNumber, Binding, Command, EventKind, Failure, Notice, Payment, Phase, State, StateName,
};
use proptest::prelude::*;

use crate::life::{Moment, live};
use crate::step::lives;

fn is_unknown(payment: &Payment) -> bool {
    matches!(payment.state, State::Failed(Failure::Unknown { .. }))
}

fn is_open(payment: &Payment) -> bool {
    matches!(payment.state, State::Authorizing { phase: Phase::Open { .. }, .. })
}

fn is_an_entry(command: &Command) -> bool {
    matches!(command, Command::ApplyEntry(_) | Command::ApplyWaiting(_))
}

fn kinds(moments: &[Moment]) -> Vec<EventKind> {
    moments.iter().flat_map(Moment::events).map(|event| event.kind).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_final_state_stays_but_for_an_unknown_failure_that_the_psp_settles(steps in lives()) {
        for moment in live(&steps).iter().filter(|moment| moment.before.state.is_final()) {
            let after = moment.after();
            if after.state == moment.before.state {
                continue;
            }
            prop_assert!(is_unknown(&moment.before), "{:?} left {:?}", moment.command, moment.before.state);
            prop_assert!(is_an_entry(&moment.command), "{:?} settled an unknown failure", moment.command);
            let settled = matches!(after.state, State::Reserved { .. } | State::Failed(Failure::Certain { .. }));
            prop_assert!(settled, "settled as {:?}", after.state);
        }
    }

    #[test]
    fn a_payment_is_reserved_only_by_an_ok_in_time_or_by_settling_an_unknown_failure(steps in lives()) {
        for moment in live(&steps) {
            let newly = moment.after().state.name() == StateName::Reserved
                && moment.before.state.name() != StateName::Reserved;
            if !newly {
                continue;
            }
            let by_ok = matches!(moment.command, Command::EndAttempt { answer: AttemptAnswer::Ok, .. })
                && is_open(&moment.before);
            let settled = is_unknown(&moment.before) && is_an_entry(&moment.command);
            prop_assert!(by_ok || settled, "{:?} reserved {:?}", moment.command, moment.before.state);
        }
    }

    #[test]
    fn there_are_at_most_two_attempts_and_the_second_needs_a_soft_decline_and_a_return(steps in lives()) {
        let moments = live(&steps);
        let kinds = kinds(&moments);
        let of_attempts: Vec<&EventKind> = kinds
            .iter()
            .filter(|kind| matches!(
                kind,
                EventKind::AttemptOpened(_) | EventKind::StepUpStarted(_) | EventKind::StepUpPassed
            ))
            .collect();
        let in_order = matches!(
            of_attempts.as_slice(),
            []
                | [EventKind::AttemptOpened(AttemptNumber::One)]
                | [EventKind::AttemptOpened(AttemptNumber::One), EventKind::StepUpStarted(_)]
                | [EventKind::AttemptOpened(AttemptNumber::One), EventKind::StepUpStarted(_), EventKind::StepUpPassed]
                | [
                    EventKind::AttemptOpened(AttemptNumber::One),
                    EventKind::StepUpStarted(_),
                    EventKind::StepUpPassed,
                    EventKind::AttemptOpened(AttemptNumber::Two),
                ]
        );
        prop_assert!(in_order, "{of_attempts:?}");
    }

    #[test]
    fn the_same_card_is_charged_from_the_approval_to_the_end(steps in lives()) {
        let mut approved = None;
        for moment in live(&steps) {
            for event in moment.events() {
                if let EventKind::Approved { user, card } = event.kind {
                    prop_assert_eq!(moment.after().binding, Binding::User(user));
                    prop_assert!(approved.replace(card).is_none(), "approved twice");
                }
            }
            let after = moment.after();
            if let State::Authorizing { card, .. } | State::StepUp { card, .. } = after.state {
                prop_assert_eq!(approved, Some(card));
            }
            if let State::Reserved { card } | State::Failed(Failure::Unknown { card, .. }) = after.state {
                prop_assert_eq!(approved, card);
            }
        }
    }

    #[test]
    fn only_the_bound_user_approves_and_cancels_in_the_app(steps in lives()) {
        for moment in live(&steps) {
            let (Command::Approve { user, .. } | Command::Cancel { user: Some(user), .. }) = moment.command else {
                continue;
            };
            if moment.result.is_ok() {
                prop_assert_eq!(moment.before.binding, Binding::User(user));
            }
        }
    }

    #[test]
    fn at_most_three_phones_are_prompted_and_the_user_never_gets_more_than_ten_minutes(steps in lives()) {
        for moment in live(&steps) {
            let after = moment.after();
            prop_assert!(after.prompts <= 3);
            if let State::AwaitingApproval { deadline, .. } = after.state {
                prop_assert!(deadline.millis_since(after.terms.created_at) <= 600_000);
            }
        }
    }

    #[test]
    fn no_notice_is_called_for_while_the_psp_may_have_the_money(steps in lives()) {
        for moment in live(&steps) {
            let after = moment.after();
            if is_open(&after) || is_unknown(&after) || after.state.name() == StateName::Reserved {
                prop_assert_eq!(after.notice, Notice::None, "{:?}", after.state);
            }
        }
    }

    #[test]
    fn a_notice_is_sent_at_most_six_times_and_called_for_once(steps in lives()) {
        let moments = live(&steps);
        let failed = kinds(&moments).iter().filter(|kind| matches!(kind, EventKind::NoticeFailed(_))).count();
        prop_assert!(failed <= 5);
        let called = moments.iter().filter(|moment| {
            moment.before.notice == Notice::None && moment.after().notice != Notice::None
        });
        prop_assert!(called.count() <= 1);
    }

    #[test]
    fn no_deadline_passes_early_and_no_user_acts_after_it(steps in lives()) {
        for moment in live(&steps) {
            let (State::AwaitingUser { deadline }
            | State::AwaitingApproval { deadline, .. }
            | State::StepUp { deadline, .. }) = moment.before.state
            else {
                continue;
            };
            let acted = moment.result.is_ok();
            match moment.command {
                Command::PassDeadline => prop_assert_eq!(acted, moment.now >= deadline),
                Command::ConfirmNumber { .. }
                | Command::ConfirmWithoutPrompt { .. }
                | Command::OpenLink { .. }
                | Command::Approve { .. }
                | Command::ForceApprove { .. }
                | Command::Cancel { .. }
                | Command::ReturnFromStepUp { .. } => prop_assert!(!acted || moment.now < deadline),
                Command::OpenAttempt { .. }
                | Command::GiveUpQueued { .. }
                | Command::EndAttempt { .. }
                | Command::ApplyEntry(_)
                | Command::ParkEntry { .. }
                | Command::ApplyWaiting(_)
                | Command::NoticeTried { .. }
                | Command::MoveNotice { .. }
                | Command::KeepLateAnswer { .. }
                | Command::EndAsRestored => {}
            }
        }
    }

    #[test]
    fn what_waits_is_what_was_parked_less_what_had_its_turn(steps in lives()) {
        for moment in live(&steps) {
            let before = moment.before.waiting;
            let expected = match (&moment.command, &moment.result) {
                (Command::ParkEntry { .. }, Ok(_)) => before.saturating_add(1),
                (Command::ApplyWaiting(_), Ok(_)) => before.saturating_sub(1),
                (_, Ok(_) | Err(_)) => before,
            };
            prop_assert_eq!(moment.after().waiting, expected);
        }
    }
}
