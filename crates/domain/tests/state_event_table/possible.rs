//! What can be done to a payment without a phone is what the rules allow its user, in every state.

use lommebok_domain::{
    Action, AttemptNumber, Binding, CancelledBy, Command, Failure, Payment, Phase, Prompt, State, StateName,
    StepUpResult, decide,
};

use crate::fixtures::{ANNA, CARD, FIRST_RETURN, STEP_UP_URL, at, cause, payment};

const DEADLINE_MS: i64 = 300_000;

fn in_each_state() -> [Payment; 8] {
    let deadline = at(DEADLINE_MS);
    let phase = Phase::Queued { since: at(0) };
    [
        Payment { binding: Binding::Open, prompts: 0, ..payment(State::AwaitingUser { deadline }) },
        payment(State::AwaitingApproval { deadline, prompt: Prompt::Shown }),
        payment(State::Authorizing { card: CARD, attempt: AttemptNumber::One, phase }),
        payment(State::StepUp { card: CARD, url: STEP_UP_URL.to_owned(), return_id: FIRST_RETURN, deadline }),
        payment(State::Reserved { card: Some(CARD) }),
        payment(State::Failed(Failure::Certain { cause: cause("psp_82") })),
        payment(State::Cancelled(CancelledBy::App)),
        payment(State::Expired),
    ]
}

/// Whether the rules allow it: at once, or at the deadline for what comes with time.
fn is_allowed(before: &Payment, action: Action) -> bool {
    let bound = before.binding == Binding::User(ANNA);
    let confirm = Command::ConfirmNumber { to: Binding::User(ANNA) };
    let cancelled_by = if bound { CancelledBy::App } else { CancelledBy::LandingPage };
    let (now, commands) = match action {
        Action::Approve if bound => (at(1), vec![Command::Approve { user: ANNA, card: CARD }]),
        Action::Approve => (at(1), vec![confirm, Command::Approve { user: ANNA, card: CARD }]),
        Action::Cancel => (at(1), vec![Command::Cancel { by: cancelled_by, user: bound.then_some(ANNA) }]),
        Action::StepUp => {
            (at(1), vec![Command::ReturnFromStepUp { return_id: FIRST_RETURN, result: StepUpResult::Success }])
        }
        Action::Expire => (at(DEADLINE_MS), vec![Command::PassDeadline]),
    };
    let done = commands.into_iter().try_fold(before.clone(), |payment, command| {
        decide(&payment, command, now).map(|transition| transition.payment)
    });
    done.is_ok()
}

#[test]
fn what_is_possible_in_a_state_is_what_the_rules_allow_and_nothing_else() {
    let payments = in_each_state();
    assert_eq!(payments.each_ref().map(|payment| payment.state.name()), StateName::ALL);
    for before in payments {
        for action in [Action::Approve, Action::Cancel, Action::StepUp, Action::Expire] {
            let possible = Action::possible_in(before.state.name()).contains(&action);
            assert_eq!(possible, is_allowed(&before, action), "{action:?} in {:?}", before.state);
        }
    }
}
