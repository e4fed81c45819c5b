//! Two identical calls at the same time are one attempt with one answer.

use lommebok_sdk::ErrorId;
use tokio::task::JoinSet;

use crate::psp::{Act, Gate, Psp, accept, receiver};

#[tokio::test]
async fn an_accepted_while_the_first_attempt_runs_waits_for_its_answer() {
    let gate = Gate::new();
    let psp = Psp::that("a1", [gate.holds(Act::Fail(ErrorId::ExpiredCard))]);
    let receiver = receiver(&psp).await;
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let receiver = receiver.clone();
        calls.spawn(async move { accept(&receiver, "a1").await });
    }
    psp.asked(1).await;
    gate.open();
    assert_eq!(calls.join_all().await, vec!["FAIL 86"; 20]);
    assert_eq!(psp.log(), ["accepted a1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_at_once_are_never_two_attempts() {
    let psp = Psp::default();
    let receiver = receiver(&psp).await;
    let mut calls = JoinSet::new();
    for number in 0..50 {
        for _ in 0..4 {
            let receiver = receiver.clone();
            calls.spawn(async move { accept(&receiver, &format!("a{number}")).await });
        }
    }
    assert_eq!(calls.join_all().await, vec!["OK"; 200]);
    let mut asked = psp.log();
    asked.sort();
    asked.dedup();
    assert_eq!((asked.len(), psp.log().len()), (50, 50));
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_stop_the_attempt() {
    let gate = Gate::new();
    let psp = Psp::that("a1", [gate.holds(Act::Ok)]);
    let receiver = receiver(&psp).await;
    let mut first = Box::pin(accept(&receiver, "a1"));
    tokio::select! {
        said = &mut first => panic!("{said}"),
        _ = psp.asked(1) => {}
    }
    drop(first);
    gate.open();
    assert_eq!(accept(&receiver, "a1").await, "OK");
    assert_eq!(psp.log(), ["accepted a1"]);
}
