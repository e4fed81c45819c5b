//! A reversal is asked for until it is done, and what the handler broke is reversed as well.

use std::time::Duration;

use lommebok_sdk::ErrorId;
use tokio::time::Instant;

use crate::psp::{Act, Gate, Psp, accept, receiver};

#[tokio::test(start_paused = true)]
async fn a_reversal_that_does_not_work_is_asked_for_again_after_growing_pauses() {
    let gate = Gate::new();
    let psp = Psp::that("a1", [gate.holds(Act::Ok), Act::NotYet, Act::Panic, Act::NotYet]);
    let receiver = receiver(&psp).await;
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    let begun = Instant::now();
    gate.open();
    let mut times = Vec::new();
    for count in 2..=5 {
        assert_eq!(psp.asked(count).await[count - 1], "reverse a1 First too late");
        times.push(begun.elapsed().as_secs());
    }
    assert_eq!(times, [0, 5, 35, 155]);
    receiver.finish().await;
    assert_eq!(psp.log().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_reversal_is_asked_for_every_hour_for_as_long_as_it_does_not_work() {
    let gate = Gate::new();
    let refusals = std::iter::repeat_n(Act::NotYet, 30);
    let psp = Psp::that("a1", std::iter::once(gate.holds(Act::Ok)).chain(refusals));
    let receiver = receiver(&psp).await;
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    gate.open();
    let begun = Instant::now();
    psp.asked(32).await;
    assert_eq!(begun.elapsed().as_secs().div_ceil(3_600), 27);
    receiver.finish().await;
    assert_eq!(psp.log().len(), 32);
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_that_does_not_return_may_have_reserved_is_reversed_after_a_minute() {
    let gate = Gate::new();
    let psp = Psp::that("a1", [gate.holds(Act::Ok)]);
    let receiver = receiver(&psp).await;
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    let begun = Instant::now();
    assert_eq!(psp.asked(2).await[1], "reverse a1 First interrupted");
    assert_eq!(begun.elapsed().as_secs(), 60);
    gate.open();
    assert_eq!(psp.asked(3).await[2], "reverse a1 First too late");
    receiver.finish().await;
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    assert_eq!(psp.log().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_reversal_that_is_owed_does_not_hold_up_the_end() {
    let gate = Gate::new();
    let psp = Psp::that("a1", [gate.holds(Act::Ok), Act::NotYet]);
    let receiver = receiver(&psp).await;
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    gate.open();
    psp.asked(2).await;
    let begun = Instant::now();
    receiver.finish().await;
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_handler_that_panics_is_answered_91_and_asked_to_reverse() {
    let psp = Psp::that("a1", [Act::Panic]);
    let receiver = receiver(&psp).await;
    assert_eq!(accept(&receiver, "a1").await, "FAIL 91");
    assert_eq!(psp.asked(2).await, ["accepted a1", "reverse a1 First interrupted"]);
    assert_eq!(accept(&receiver, "a1").await, "FAIL 91");
    assert_eq!(psp.log().len(), 2);
}

#[tokio::test]
async fn an_answer_to_another_call_is_not_sent() {
    let psp = Psp::that("a2", [Act::KeptAnswer]);
    let receiver = receiver(&psp).await;
    assert_eq!(accept(&receiver, "a1").await, "OK");
    assert_eq!(accept(&receiver, "a2").await, "FAIL 91");
    assert_eq!(psp.asked(3).await[2], "reverse a2 First interrupted");
}

#[tokio::test]
async fn a_soft_decline_kept_from_the_first_attempt_is_no_answer_to_the_second() {
    let psp = Psp::that("a1", [Act::SoftDecline, Act::KeptAnswer]);
    let receiver = receiver(&psp).await;
    assert_eq!(accept(&receiver, "a1").await, "SOFT_DECLINE");
    receiver.step_up_passed(&"a1".parse().unwrap()).await.unwrap();
    assert_eq!(accept(&receiver, "a1").await, "FAIL 91");
    assert_eq!(psp.asked(3).await[2], "reverse a1 AfterStepUp interrupted");
}

#[tokio::test(start_paused = true)]
async fn an_ok_to_a_payment_that_ended_meanwhile_is_reversed() {
    let gate = Gate::new();
    let psp = Psp::that("a1", [gate.holds(Act::Ok)]);
    let receiver = receiver(&psp).await;
    let answering = tokio::spawn({
        let receiver = receiver.clone();
        async move { accept(&receiver, "a1").await }
    });
    psp.asked(1).await;
    assert_eq!(crate::psp::notify(&receiver, "a1", "TIMEOUT").await, "OK");
    gate.open();
    assert_eq!(answering.await.unwrap(), "FAIL 85");
    assert_eq!(psp.asked(3).await, ["accepted a1", "timed out a1", "reverse a1 First too late"]);
}

#[tokio::test(start_paused = true)]
async fn a_fail_to_a_payment_that_ended_meanwhile_stays_that_fail() {
    let gate = Gate::new();
    let psp = Psp::that("a1", [gate.holds(Act::Fail(ErrorId::SuspectedFraud))]);
    let receiver = receiver(&psp).await;
    let answering = tokio::spawn({
        let receiver = receiver.clone();
        async move { accept(&receiver, "a1").await }
    });
    psp.asked(1).await;
    assert_eq!(crate::psp::notify(&receiver, "a1", "USER_CANCEL").await, "OK");
    gate.open();
    assert_eq!(answering.await.unwrap(), "FAIL 83");
    receiver.finish().await;
    assert_eq!(psp.log(), ["accepted a1", "cancelled a1"]);
}
