//! The rules of counting as a table: every stage that a record can be in meets everything that can come. The expected side
//! is written by hand, from the rules.

use super::*;

const ME: Run = Run(1);
const ANOTHER: Run = Run(2);

fn blank() -> Record {
    Record::blank(MerchantSerialNumber::new("100001").unwrap())
}

fn running(attempt: Attempt, run: Run) -> Record {
    Record { stage: Stage::Running { attempt, run }, ..blank() }
}

fn answered(attempt: Attempt, outcome: Outcome) -> Record {
    Record { stage: Stage::Answered { attempt, outcome }, ..blank() }
}

fn page() -> StepUpUrl {
    "https://psp.example/3ds/1".parse().unwrap()
}

fn soft_declined() -> Record {
    answered(Attempt::First, Outcome::SoftDecline { url: page() })
}

fn passed() -> Record {
    Record { stage: Stage::StepUpPassed { url: page() }, ..blank() }
}

fn fail_85() -> Outcome {
    Outcome::Fail { error: ErrorId::ReceivedTooLate, text: None }
}

fn fail_89() -> Outcome {
    Outcome::Fail { error: ErrorId::InsufficientFunds, text: None }
}

fn begins(record: &Record, attempt: Attempt) {
    let Decision::Begin { attempt: begun, record: kept } = record.on_accepted(ME, false) else {
        panic!("{record:?} begins nothing")
    };
    assert_eq!(begun, attempt);
    assert_eq!(kept.stage, Stage::Running { attempt, run: ME });
}

#[test]
fn the_first_accepted_begins_the_first_attempt() {
    begins(&blank(), Attempt::First);
}

#[test]
fn an_accepted_after_ok_or_fail_gets_the_same_answer() {
    for outcome in [Outcome::Ok, fail_89(), fail_85()] {
        for attempt in [Attempt::First, Attempt::AfterStepUp] {
            let record = answered(attempt, outcome.clone());
            assert_eq!(record.on_accepted(ME, false), Decision::Say(outcome.clone()));
            assert_eq!(record.on_accepted(ME, true), Decision::Say(outcome.clone()));
        }
    }
}

#[test]
fn after_soft_decline_only_a_finished_session_makes_the_second_attempt() {
    assert_eq!(soft_declined().on_accepted(ME, false), Decision::Say(Outcome::SoftDecline { url: page() }));
    assert_eq!(soft_declined().step_up_passed(), Passing::Keep(passed()));
    begins(&passed(), Attempt::AfterStepUp);
}

#[test]
fn a_session_may_be_reported_again_but_not_without_a_soft_decline() {
    assert_eq!(passed().step_up_passed(), Passing::Already);
    assert_eq!(running(Attempt::AfterStepUp, ME).step_up_passed(), Passing::Already);
    assert_eq!(answered(Attempt::AfterStepUp, Outcome::Ok).step_up_passed(), Passing::Already);
    for other in [blank(), running(Attempt::First, ME), answered(Attempt::First, Outcome::Ok)] {
        assert_eq!(other.step_up_passed(), Passing::Unexpected, "{other:?}");
    }
}

#[test]
fn an_attempt_that_was_interrupted_is_never_begun_again() {
    for attempt in [Attempt::First, Attempt::AfterStepUp] {
        for run in [ME, ANOTHER] {
            let Decision::Interrupted(record) = running(attempt, run).on_accepted(ME, false) else { panic!("{run:?}") };
            assert_eq!(record.stage, Stage::Answered { attempt, outcome: fail_85() });
            assert_eq!(record.on_accepted(ME, false), Decision::Say(fail_85()));
            let owed = record.reversal(&PspTransactionId::new("a1").unwrap()).unwrap();
            assert_eq!((owed.attempt, owed.cause), (attempt, ReversalCause::Interrupted));
        }
    }
}

#[test]
fn another_run_is_waited_for_only_where_it_may_be_alive() {
    assert_eq!(running(Attempt::First, ANOTHER).on_accepted(ME, true), Decision::Elsewhere);
    assert!(matches!(running(Attempt::First, ME).on_accepted(ME, true), Decision::Interrupted(_)));
}

#[test]
fn a_payment_that_has_ended_is_not_authorised() {
    for noticed in [blank().notice_taken().unwrap(), blank().notice_taken().unwrap().notice_handled()] {
        assert_eq!(noticed.on_accepted(ME, false), Decision::Say(fail_85()));
    }
    assert_eq!(passed().notice_taken().unwrap().on_accepted(ME, false), Decision::Say(fail_85()));
    let during = running(Attempt::First, ME).notice_taken().unwrap();
    let ended = during.ended(Attempt::First, ME, Outcome::Ok);
    assert_eq!(ended.outcome(), Some(fail_85()));
    assert!(ended.reversal(&PspTransactionId::new("a1").unwrap()).is_some());
    assert_eq!(during.ended(Attempt::First, ME, fail_89()).outcome(), Some(fail_89()));
    assert_eq!(during.ended(Attempt::First, ME, fail_89()).owed, None);
}

#[test]
fn a_notice_changes_no_answer_that_was_given() {
    for outcome in [Outcome::Ok, fail_89(), Outcome::SoftDecline { url: page() }] {
        let noticed = answered(Attempt::First, outcome.clone()).notice_taken().unwrap().notice_handled();
        assert_eq!(noticed.on_accepted(ME, false), Decision::Say(outcome));
    }
}

#[test]
fn a_notice_is_handed_over_until_it_has_been_handled() {
    let taken = blank().notice_taken().unwrap();
    assert_eq!(taken.notice_taken(), Some(taken.clone()));
    assert_eq!(taken.notice_handled().notice_taken(), None);
}

#[test]
fn out_of_time_owes_nothing_until_the_handler_has_returned() {
    let id = PspTransactionId::new("a1").unwrap();
    let late = running(Attempt::First, ME).out_of_time(Attempt::First, ME);
    assert_eq!(late.outcome(), Some(fail_85()));
    assert_eq!(late.reversal(&id), None);
    assert!(late.is_unsettled() && late.belongs_to(ME) && !late.belongs_to(ANOTHER));
    let owed = late.reversal_owed(Attempt::First, ReversalCause::TooLate);
    assert_eq!(owed.reversal(&id).unwrap().cause, ReversalCause::TooLate);
    assert!(owed.is_unsettled() && !owed.nothing_owed().is_unsettled());
    let abandoned = late.interrupted().unwrap();
    assert_eq!(abandoned.reversal(&id).unwrap().cause, ReversalCause::Interrupted);
    assert_eq!(owed.interrupted(), None);
}

#[test]
fn a_handler_that_broke_is_answered_91_and_reversed() {
    let broken = running(Attempt::AfterStepUp, ME).broken(Attempt::AfterStepUp, ME);
    assert_eq!(broken.outcome(), Some(Outcome::Fail { error: ErrorId::InternalError, text: None }));
    let owed = broken.reversal(&PspTransactionId::new("a1").unwrap()).unwrap();
    assert_eq!((owed.attempt, owed.cause), (Attempt::AfterStepUp, ReversalCause::Interrupted));
}

#[test]
fn what_another_run_has_answered_stays_and_an_ok_is_reversed_once_more() {
    let taken_over = running(Attempt::First, ME).interrupted().unwrap();
    let id = PspTransactionId::new("a1").unwrap();
    for reversed in [taken_over.clone(), taken_over.reversed(&taken_over)] {
        let ended = reversed.ended(Attempt::First, ME, Outcome::Ok);
        assert_eq!(ended.outcome(), Some(fail_85()));
        assert_eq!(ended.reversal(&id).unwrap().cause, ReversalCause::TooLate);
        assert_eq!(reversed.ended(Attempt::First, ME, fail_89()), reversed);
        let broken = reversed.broken(Attempt::First, ME);
        assert_eq!(
            (broken.outcome(), broken.reversal(&id).unwrap().cause),
            (Some(fail_85()), ReversalCause::Interrupted)
        );
    }
}

#[test]
fn an_outcome_that_was_kept_though_the_memory_said_no_owes_nothing() {
    for outcome in [Outcome::Ok, fail_89()] {
        let kept = running(Attempt::First, ME).ended(Attempt::First, ME, outcome.clone());
        assert_eq!(kept.ended(Attempt::First, ME, outcome), kept);
    }
}

#[test]
fn a_reversal_pays_the_debt_that_was_handed_over_and_no_newer_one() {
    let handed = running(Attempt::First, ME).interrupted().unwrap();
    assert!(!handed.reversed(&handed).is_unsettled());
    let newer = handed.reversal_owed(Attempt::First, ReversalCause::TooLate);
    assert_eq!(newer.reversed(&handed), newer);
    let noticed = handed.notice_taken().unwrap();
    assert!(!noticed.reversed(&handed).is_unsettled());
}

#[test]
fn a_record_survives_being_text() {
    let records = [
        blank(),
        soft_declined(),
        passed(),
        running(Attempt::AfterStepUp, Run(u64::MAX)),
        answered(Attempt::First, Outcome::Fail { error: ErrorId::Other, text: Some("åh\n\"nei\"".to_owned()) }),
        running(Attempt::First, ME).out_of_time(Attempt::First, ME).notice_taken().unwrap(),
        running(Attempt::First, ME).interrupted().unwrap(),
    ];
    for record in records {
        assert_eq!(Record::from_text(&record.to_text()).unwrap(), record);
    }
    assert!(Record::from_text("").is_err() && Record::from_text("{}").is_err());
}

#[test]
fn the_text_of_a_record_stays_readable_to_later_versions() {
    let text = r#"{"merchant_serial_number":"100001","stage":{"answered":{"attempt":"first","outcome":{"fail":{"error":85,"text":null}}}},"notice":null,"owed":{"attempt":"first","cause":"too_late","waits_for":7}}"#;
    let record = running(Attempt::First, Run(7)).out_of_time(Attempt::First, Run(7));
    assert_eq!(Record::from_text(text).unwrap(), record);
    assert_eq!(record.to_text(), text);
}
