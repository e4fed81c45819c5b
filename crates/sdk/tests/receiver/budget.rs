//! The answer leaves within the wallet's 15 s: after 13 the receiver says 85, and an OK that still comes is reversed.

use std::time::Duration;

use lommebok_sdk::receiver::{Budget, InMemory};
use lommebok_sdk::{Answer, ErrorId, MakePayment, PaymentHandler, Receiver};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::psp::{Act, Gate, Psp, accept, accepted, call, receiver, send, token};

#[tokio::test(start_paused = true)]
async fn after_13_seconds_85_is_answered() {
    let psp = Psp::that("a1", [Gate::new().holds(Act::Ok)]);
    let receiver = receiver(&psp).await;
    let begun = Instant::now();
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    assert_eq!(begun.elapsed().as_millis(), 13_000);
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    assert_eq!(begun.elapsed().as_millis(), 13_000);
}

#[tokio::test(start_paused = true)]
async fn an_ok_that_comes_after_85_is_reversed() {
    let gate = Gate::new();
    let psp = Psp::that("a1", [gate.holds(Act::Ok)]);
    let receiver = receiver(&psp).await;
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    gate.open();
    assert_eq!(psp.asked(2).await, ["accepted a1", "reverse a1 First too late"]);
    receiver.finish().await;
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    assert_eq!(psp.log().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_fail_or_soft_decline_that_comes_after_85_needs_no_reversal() {
    for late in [Act::Fail(ErrorId::RefusedByIssuer), Act::SoftDecline] {
        let gate = Gate::new();
        let psp = Psp::that("a1", [gate.holds(late)]);
        let receiver = receiver(&psp).await;
        assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
        gate.open();
        receiver.finish().await;
        assert_eq!(psp.log(), ["accepted a1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_attempt_that_is_too_late_is_reversed_too() {
    let gate = Gate::new();
    let psp = Psp::that("a1", [Act::SoftDecline, gate.holds(Act::Ok)]);
    let receiver = receiver(&psp).await;
    assert_eq!(accept(&receiver, "a1").await, "SOFT_DECLINE");
    receiver.step_up_passed(&"a1".parse().unwrap()).await.unwrap();
    assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
    gate.open();
    assert_eq!(psp.asked(3).await[2], "reverse a1 AfterStepUp too late");
}

#[tokio::test(start_paused = true)]
async fn an_answer_at_the_last_moment_counts() {
    /// Answers after this long.
    struct Slow(Duration);
    impl PaymentHandler for Slow {
        async fn make_payment(&self, call: MakePayment) -> Answer {
            tokio::time::timeout(self.0, std::future::pending::<()>()).await.unwrap_err();
            let MakePayment::Accepted(payment) = call else { panic!("{call:?}") };
            payment.ok()
        }
    }
    let slow = Slow(Duration::from_millis(12_999));
    let receiver = Receiver::builder(slow, InMemory::new(), token()).start().await.unwrap();
    assert_eq!(send(&receiver, call(&accepted("a1"))).await.said(), "OK");
}

#[tokio::test(start_paused = true)]
async fn a_budget_of_its_own_is_kept_and_never_more_than_14_seconds() {
    for (wanted, kept) in [(5_000, 5_000), (60_000, 14_000)] {
        let psp = Psp::that("a1", [Gate::new().holds(Act::Ok)]);
        let builder = Receiver::builder(psp, InMemory::new(), token()).budget(Duration::from_millis(wanted));
        let receiver = builder.start().await.unwrap();
        let begun = Instant::now();
        assert_eq!(accept(&receiver, "a1").await, "FAIL 85");
        assert_eq!(begun.elapsed().as_millis(), kept);
    }
}

#[tokio::test(start_paused = true)]
async fn the_handler_sees_its_time_run_out() {
    /// Hands its budget out and waits until it is over.
    struct Watching(mpsc::UnboundedSender<Budget>);
    impl PaymentHandler for Watching {
        async fn make_payment(&self, call: MakePayment) -> Answer {
            let MakePayment::Accepted(payment) = call else { panic!("{call:?}") };
            self.0.send(payment.budget.clone()).unwrap();
            payment.budget.over().await;
            payment.fail(ErrorId::ReceivedTooLate)
        }
    }
    let (sender, mut budgets) = mpsc::unbounded_channel();
    let receiver = Receiver::builder(Watching(sender), InMemory::new(), token()).start().await.unwrap();
    let answering = tokio::spawn({
        let receiver = receiver.clone();
        async move { send(&receiver, call(&accepted("a1"))).await.said() }
    });
    let budget = budgets.recv().await.unwrap();
    assert!(!budget.is_over() && budget.remaining() == Duration::from_secs(13));
    tokio::time::advance(Duration::from_secs(4)).await;
    assert_eq!(budget.remaining(), Duration::from_secs(9));
    assert_eq!(answering.await.unwrap(), "FAIL 85");
    assert!(budget.is_over() && budget.remaining().is_zero());
    receiver.finish().await;
}
