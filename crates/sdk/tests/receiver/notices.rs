//! Notices reach the handler once; the wallet sends one again until it has been handled.

use lommebok_sdk::ErrorId;
use tokio::task::JoinSet;

use crate::psp::{Act, Gate, Psp, accept, notify, receiver};

#[tokio::test]
async fn a_notice_is_handled_once_however_often_it_comes() {
    let psp = Psp::default();
    let receiver = receiver(&psp).await;
    assert_eq!(notify(&receiver, "a1", "USER_CANCEL").await, "OK");
    assert_eq!(notify(&receiver, "a1", "USER_CANCEL").await, "OK");
    assert_eq!(notify(&receiver, "a2", "TIMEOUT").await, "OK");
    assert_eq!(psp.log(), ["cancelled a1", "timed out a2"]);
}

#[tokio::test]
async fn two_at_once_are_one_notice() {
    let gate = Gate::new();
    let psp = Psp::that("a1", [gate.holds(Act::Ok)]);
    let receiver = receiver(&psp).await;
    let mut calls = JoinSet::new();
    for _ in 0..10 {
        let receiver = receiver.clone();
        calls.spawn(async move { notify(&receiver, "a1", "TIMEOUT").await });
    }
    psp.asked(1).await;
    gate.open();
    assert_eq!(calls.join_all().await, vec!["OK"; 10]);
    assert_eq!(psp.log(), ["timed out a1"]);
}

#[tokio::test]
async fn a_notice_may_be_answered_with_error_93() {
    let psp = Psp::that("a1", [Act::Fail(ErrorId::StatusFromWallet)]);
    let receiver = receiver(&psp).await;
    assert_eq!(notify(&receiver, "a1", "USER_CANCEL").await, "FAIL 93");
}

#[tokio::test]
async fn a_notice_whose_handling_breaks_is_answered_503_and_handled_when_it_comes_again() {
    let psp = Psp::that("a1", [Act::Panic, Act::Ok]);
    let receiver = receiver(&psp).await;
    assert_eq!(notify(&receiver, "a1", "TIMEOUT").await, "503");
    assert_eq!(notify(&receiver, "a1", "TIMEOUT").await, "OK");
    assert_eq!(notify(&receiver, "a1", "TIMEOUT").await, "OK");
    assert_eq!(psp.log(), ["timed out a1", "timed out a1"]);
}

#[tokio::test]
async fn a_payment_that_has_ended_is_not_authorised_any_more() {
    let psp = Psp::default();
    let receiver = receiver(&psp).await;
    assert_eq!(notify(&receiver, "a1", "USER_CANCEL").await, "OK");
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    assert_eq!(psp.log(), ["cancelled a1"]);
}

#[tokio::test]
async fn after_a_notice_there_is_no_second_attempt() {
    let psp = Psp::that("a1", [Act::SoftDecline]);
    let receiver = receiver(&psp).await;
    assert_eq!(accept(&receiver, "a1").await, "SOFT_DECLINE");
    receiver.step_up_passed(&"a1".parse().unwrap()).await.unwrap();
    assert_eq!(notify(&receiver, "a1", "USER_CANCEL").await, "OK");
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    assert_eq!(psp.log(), ["accepted a1", "cancelled a1"]);
}
