//! Where the vendor's documents and our table say nothing, the code decided. Each decision has a sentence here, so that
//! a test fails when it changes; the reasons are in `docs/adr/0008-silent-places-of-the-state-table.md`.

use lommebok_domain::{
    Actor, AttemptAnswer, AttemptNumber, Binding, CancelledBy, Command, DueKind, DueWrite, EntryRefusal, EntryStatus,
    EventKind, Failure, Notice, OperationStatus, Payment, Phase, Prompt, Refusal, State, StateName, Transition, decide,
    history,
};

use crate::case::entry;
use crate::fixtures::{ANNA, BO, CARD, FIRST_RETURN, PSP, STEP_UP_URL, WHOLE, at, cause, ore, payment, sums};

fn apply(before: &Payment, status: EntryStatus, amount: i64) -> Result<Transition, Refusal> {
    decide(before, Command::ApplyEntry(entry(status, OperationStatus::Success, amount)), at(200_000))
}

fn step_up() -> Payment {
    let deadline = at(600_000);
    payment(State::StepUp { card: CARD, url: STEP_UP_URL.to_owned(), return_id: FIRST_RETURN, deadline })
}

fn awaiting_approval() -> Payment {
    payment(State::AwaitingApproval { deadline: at(360_000), prompt: Prompt::Shown })
}

fn open_attempt(attempt: AttemptNumber) -> Payment {
    let phase = Phase::Open { at: at(300_000), return_id: FIRST_RETURN };
    payment(State::Authorizing { card: CARD, attempt, phase })
}

#[test]
fn the_psp_may_cancel_a_step_up_and_gets_no_notice_of_its_own_doing() {
    let cancelled = apply(&step_up(), EntryStatus::Cancelled, WHOLE).unwrap();
    assert_eq!(cancelled.payment.state, State::Cancelled(CancelledBy::Psp));
    assert_eq!(cancelled.payment.notice, Notice::None);
    assert_eq!(cancelled.due, [DueWrite::Clear(DueKind::Timer, at(600_000))]);
}

#[test]
fn the_psps_cancelled_ends_an_open_payment_whatever_amount_it_names() {
    for amount in [1, WHOLE, 2_147_483_647] {
        let cancelled = apply(&awaiting_approval(), EntryStatus::Cancelled, amount).unwrap();
        assert_eq!(cancelled.payment.state, State::Cancelled(CancelledBy::Psp));
    }
}

#[test]
fn the_psps_cancelled_counts_as_such_when_it_overtakes_the_deadlines_timer() {
    let cancelled = decide(
        &awaiting_approval(),
        Command::ApplyEntry(entry(EntryStatus::Cancelled, OperationStatus::Success, 1)),
        at(360_000),
    );
    assert_eq!(cancelled.unwrap().payment.state, State::Cancelled(CancelledBy::Psp));
}

#[test]
fn a_release_is_refused_when_nothing_remains() {
    for before in [sums(49_900, 0, 0), sums(0, 49_900, 0), sums(40_000, 9_900, 0)] {
        let before = Payment { sums: before, ..payment(State::Reserved { card: Some(CARD) }) };
        for amount in [1, WHOLE] {
            let refused = apply(&before, EntryStatus::Cancelled, amount);
            assert_eq!(refused, Err(Refusal::Entry(EntryRefusal::ExceedsCancellable)));
        }
    }
}

#[test]
fn a_repeated_reserved_leaves_no_history_line() {
    let before = Payment { sums: sums(0, 0, 0), ..payment(State::Reserved { card: Some(CARD) }) };
    let repeated = apply(&before, EntryStatus::Reserved, WHOLE).unwrap();
    assert_eq!(repeated.events.len(), 1, "it is in our log");
    assert_eq!(history::lines(&repeated.payment, &repeated.events), []);
}

#[test]
fn a_link_opened_by_another_signed_in_user_counts_as_another_number() {
    let opened = decide(&awaiting_approval(), Command::OpenLink { user: BO }, at(100_000)).unwrap();
    assert_eq!(opened.payment.binding, Binding::User(BO));
    assert_eq!(opened.payment.prompts, 2);
    assert_eq!(opened.payment.state, State::AwaitingApproval { deadline: at(360_000), prompt: Prompt::Shown });
    let all_used = Payment { prompts: 3, ..awaiting_approval() };
    let refused = decide(&all_used, Command::OpenLink { user: BO }, at(100_000));
    assert_eq!(refused, Err(Refusal::TooManyPrompts));
}

#[test]
fn the_same_number_confirmed_again_on_the_landing_page_counts_as_a_prompt_whoever_has_it() {
    for binding in [Binding::User(ANNA), Binding::Nobody] {
        let before = Payment { binding, ..awaiting_approval() };
        let again = decide(&before, Command::ConfirmNumber { to: binding }, at(1)).unwrap();
        assert_eq!(again.payment.prompts, 2, "{binding:?}");
    }
}

#[test]
fn a_number_that_is_nobodys_counts_as_a_prompt_so_that_it_cannot_be_told_from_a_users() {
    let nobody = decide(&awaiting_approval(), Command::ConfirmNumber { to: Binding::Nobody }, at(100_000)).unwrap();
    let bo = decide(&awaiting_approval(), Command::ConfirmNumber { to: Binding::User(BO) }, at(100_000)).unwrap();
    assert_eq!(nobody.payment.prompts, bo.payment.prompts);
    assert_eq!(nobody.payment.state, bo.payment.state);
    assert_eq!(nobody.due, bo.due);
}

#[test]
fn force_approve_prompts_nobody_and_may_take_over_from_another_number() {
    let before = Payment { binding: Binding::Nobody, prompts: 3, ..awaiting_approval() };
    let approved = decide(&before, Command::ForceApprove { user: BO, card: CARD }, at(100_000)).unwrap();
    assert_eq!(approved.payment.binding, Binding::User(BO));
    assert_eq!(approved.payment.prompts, 3);
}

#[test]
fn neither_the_psp_nor_the_3d_secure_page_cancels_in_the_users_name() {
    for by in [CancelledBy::Psp, CancelledBy::ThreeDSecure] {
        let refused = decide(&awaiting_approval(), Command::Cancel { by, user: None }, at(100_000));
        assert_eq!(refused, Err(Refusal::WrongState(StateName::AwaitingApproval)));
    }
    let nobody = decide(&awaiting_approval(), Command::Cancel { by: CancelledBy::App, user: None }, at(100_000));
    assert_eq!(nobody, Err(Refusal::NotThisUser));
}

#[test]
fn a_step_up_cannot_be_cancelled_on_the_landing_page() {
    let cancel = Command::Cancel { by: CancelledBy::LandingPage, user: None };
    assert_eq!(decide(&step_up(), cancel, at(100_000)), Err(Refusal::WrongState(StateName::StepUp)));
}

#[test]
fn a_step_up_late_in_the_payments_life_still_gets_five_minutes() {
    let command = Command::EndAttempt {
        attempt: AttemptNumber::One,
        answer: AttemptAnswer::SoftDecline { url: STEP_UP_URL.to_owned(), error: cause("psp_1036") },
    };
    let deadline = |now_ms: i64| match decide(&open_attempt(AttemptNumber::One), command.clone(), at(now_ms)).unwrap() {
        Transition { payment: Payment { state: State::StepUp { deadline, .. }, .. }, .. } => deadline,
        other @ Transition { .. } => panic!("{other:?}"),
    };
    assert_eq!(deadline(299_999), at(600_000));
    assert_eq!(deadline(300_000), at(600_000));
    assert_eq!(deadline(300_001), at(600_001));
    assert_eq!(deadline(599_999), at(899_999));
}

#[test]
fn only_the_sender_judges_whether_an_ok_came_in_time() {
    // The 15 s end with the answer's last byte; the decision may come a little later. Here an `Ok` is one in time.
    let command = Command::EndAttempt { attempt: AttemptNumber::One, answer: AttemptAnswer::Ok };
    let reserved = decide(&open_attempt(AttemptNumber::One), command, at(315_002)).unwrap();
    assert_eq!(reserved.payment.state, State::Reserved { card: Some(CARD) });
}

#[test]
fn a_late_ok_never_flips_an_unknown_failure() {
    let unknown = payment(State::Failed(Failure::Unknown { cause: cause("timeout"), card: Some(CARD) }));
    let kept = decide(&unknown, Command::KeepLateAnswer { answer: cause("late_ok") }, at(320_000)).unwrap();
    assert_eq!(kept.payment.state, unknown.state);
    let ok = Command::EndAttempt { attempt: AttemptNumber::One, answer: AttemptAnswer::Ok };
    assert_eq!(decide(&unknown, ok, at(320_000)), Err(Refusal::WrongState(StateName::Failed)));
}

#[test]
fn an_unknown_failure_settled_by_a_capture_is_reserved_first_and_then_captured() {
    let unknown = payment(State::Failed(Failure::Unknown { cause: cause("timeout"), card: Some(CARD) }));
    let settled = apply(&unknown, EntryStatus::Captured, 10_000).unwrap();
    let kinds: Vec<EventKind> = settled.events.into_iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds,
        [
            EventKind::Reserved { amount: ore(WHOLE), text: String::new() },
            EventKind::Captured { amount: ore(10_000), text: "from the entry".to_owned() },
        ]
    );
    assert_eq!(settled.payment.version, 11);
}

#[test]
fn a_payment_bound_to_nobody_is_still_cancelled_from_the_landing_page() {
    let before = Payment { binding: Binding::Nobody, ..awaiting_approval() };
    let cancel = Command::Cancel { by: CancelledBy::LandingPage, user: None };
    let cancelled = decide(&before, cancel, at(100_000)).unwrap();
    assert_eq!(cancelled.payment.state, State::Cancelled(CancelledBy::LandingPage));
    assert_eq!(cancelled.events.first().map(|event| event.actor), Some(Actor::LinkHolder));
}

#[test]
fn an_approval_once_given_is_not_given_again() {
    let first = decide(&awaiting_approval(), Command::Approve { user: ANNA, card: CARD }, at(100_000)).unwrap();
    let second = decide(&first.payment, Command::Approve { user: ANNA, card: CARD }, at(100_000));
    assert_eq!(second, Err(Refusal::BeingProcessed));
    let opened = decide(&first.payment, Command::OpenAttempt { return_id: FIRST_RETURN }, at(100_001)).unwrap();
    let reopened = decide(&opened.payment, Command::OpenAttempt { return_id: FIRST_RETURN }, at(100_002));
    assert_eq!(reopened, Err(Refusal::WrongState(StateName::Authorizing)));
    assert_eq!(opened.events.first().map(|event| event.actor), Some(Actor::Wallet));
    let by_the_psp = decide(&opened.payment, Command::ParkEntry { amount: ore(1) }, at(100_003)).unwrap();
    assert_eq!(by_the_psp.events.first().map(|event| event.actor), Some(Actor::Psp(PSP)));
}

#[test]
fn a_prompt_that_is_withheld_changes_nothing_but_the_prompt_and_the_next_number_may_be_prompted() {
    let bo = Binding::User(BO);
    for before in [payment(State::AwaitingUser { deadline: at(300_000) }), awaiting_approval()] {
        let said = decide(&before, Command::ConfirmNumber { to: bo }, at(1)).unwrap();
        let mut withheld = decide(&before, Command::ConfirmWithoutPrompt { to: bo }, at(1)).unwrap();
        let State::AwaitingApproval { deadline, prompt: Prompt::Withheld } = withheld.payment.state else {
            unreachable!("{:?}", withheld.payment.state)
        };
        let next = decide(&withheld.payment, Command::ConfirmNumber { to: bo }, at(2)).unwrap();
        assert_eq!(next.payment.state, State::AwaitingApproval { deadline, prompt: Prompt::Shown });
        withheld.payment.state = State::AwaitingApproval { deadline, prompt: Prompt::Shown };
        assert_eq!(withheld, said);
    }
    let refused = |to| decide(&awaiting_approval(), Command::ConfirmWithoutPrompt { to }, at(1)).unwrap_err();
    assert_eq!(refused(Binding::Open), Refusal::NotThisUser);
}
