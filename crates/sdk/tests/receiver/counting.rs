//! Attempts have no number on the wire: what an ACCEPTED is depends on what came before it.

use lommebok_sdk::ErrorId;
use lommebok_sdk::receiver::StepUpError;

use crate::psp::{Act, Psp, accept, receiver};

#[tokio::test]
async fn an_accepted_after_ok_gets_ok_again_and_the_handler_is_called_once() {
    let psp = Psp::default();
    let receiver = receiver(&psp).await;
    for _ in 0..3 {
        assert_eq!(accept(&receiver, "a1").await, "OK");
    }
    assert_eq!(psp.log(), ["accepted a1"]);
}

#[tokio::test]
async fn an_accepted_after_fail_gets_the_same_fail_again() {
    let psp = Psp::that("a1", [Act::Fail(ErrorId::InsufficientFunds)]);
    let receiver = receiver(&psp).await;
    for _ in 0..3 {
        assert_eq!(accept(&receiver, "a1").await, "FAIL 89");
    }
    assert_eq!(psp.log(), ["accepted a1"]);
}

#[tokio::test]
async fn an_accepted_after_soft_decline_without_a_session_gets_the_same_soft_decline() {
    let psp = Psp::that("a1", [Act::SoftDecline]);
    let receiver = receiver(&psp).await;
    for _ in 0..3 {
        assert_eq!(accept(&receiver, "a1").await, "SOFT_DECLINE");
    }
    assert_eq!(psp.log(), ["accepted a1"]);
}

#[tokio::test]
async fn an_accepted_after_a_finished_session_is_the_second_attempt() {
    for (second, said) in [(Act::Ok, "OK"), (Act::Fail(ErrorId::RefusedByIssuer), "FAIL 82")] {
        let psp = Psp::that("a1", [Act::SoftDecline, second]);
        let receiver = receiver(&psp).await;
        assert_eq!(accept(&receiver, "a1").await, "SOFT_DECLINE");
        receiver.step_up_passed(&"a1".parse().unwrap()).await.unwrap();
        receiver.step_up_passed(&"a1".parse().unwrap()).await.unwrap();
        for _ in 0..3 {
            assert_eq!(accept(&receiver, "a1").await, said);
        }
        receiver.step_up_passed(&"a1".parse().unwrap()).await.unwrap();
        assert_eq!(accept(&receiver, "a1").await, said);
        assert_eq!(psp.log(), ["accepted a1", "accepted again a1"]);
    }
}

#[tokio::test]
async fn a_session_without_a_soft_decline_is_an_error() {
    let receiver = receiver(&Psp::default()).await;
    let id = "a1".parse().unwrap();
    assert!(matches!(receiver.step_up_passed(&id).await, Err(StepUpError::Unexpected)));
    assert_eq!(accept(&receiver, "a1").await, "OK");
    assert!(matches!(receiver.step_up_passed(&id).await, Err(StepUpError::Unexpected)));
}

#[tokio::test]
async fn payments_are_counted_each_by_itself() {
    let psp = Psp::that("a1", [Act::SoftDecline]);
    let receiver = receiver(&psp).await;
    assert_eq!(accept(&receiver, "a1").await, "SOFT_DECLINE");
    assert_eq!(accept(&receiver, "A1").await, "OK");
    receiver.step_up_passed(&"a1".parse().unwrap()).await.unwrap();
    assert_eq!(accept(&receiver, "A1").await, "OK");
    assert_eq!(psp.log(), ["accepted a1", "accepted A1"]);
}
