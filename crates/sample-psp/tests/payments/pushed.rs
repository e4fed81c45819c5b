//! A push whose init was never answered: the user is on the phone with a payment of which the PSP does not know whether the
//! wallet has it. Until the details say so, no payment counts as over.

use std::time::Duration;

use lommebok_sample_psp::ledger::IfMissing;
use lommebok_testing::State;
use tokio_util::task::TaskTracker;

use crate::agreement::Run;
use crate::faults::{Fault, Faults};

/// More than the SDK tries at once.
const MANY: usize = 50;

/// All calls on this line fare so until it is mended.
fn only(line: &Faults, fault: Fault) {
    line.off();
    line.plan([fault; MANY]);
}

/// A payment that is pushed while the wallet's answers are lost, and is nowhere but in the ledger if `fault` says so.
async fn pushed(fault: Fault, tasks: &TaskTracker) -> Run {
    let mut run = Run::start(IfMissing::SendReserved, tasks).await;
    // So that the access token is there, and it is the init that is lost.
    run.create(10_000, "landing_page").await;
    only(&run.lines.to_wallet, fault);
    run.create(49_900, "push").await;
    assert_eq!(run.world.payment(&run.payments[1]).await["state"], "CREATED");
    run
}

#[tokio::test]
async fn a_push_that_reached_the_phone_at_the_last_moment_is_paid_all_the_same() {
    let tasks = TaskTracker::new();
    let run = pushed(Fault::RequestLost, &tasks).await;
    let id = run.payments[1].clone();
    run.world.advance(Duration::from_secs(595)).await;
    // The last try is at ten minutes at the latest. It arrives, and its answer is lost.
    only(&run.lines.to_wallet, Fault::AnswerLost);
    run.world.advance(Duration::from_secs(5)).await;
    assert_eq!(run.world.wallet.state(&id).unwrap(), State::AwaitingApproval);
    only(&run.lines.to_wallet, Fault::RequestLost);
    run.world.advance(Duration::from_secs(31)).await;
    run.lines.to_wallet.off();
    assert_eq!(run.world.wallet.approve(&id).await.unwrap(), State::Reserved);
    assert_eq!(run.world.payment(&id).await["state"], "RESERVED");
    run.agrees().await;
}

#[tokio::test]
async fn a_push_whose_attempt_never_arrived_is_settled_although_the_init_was_never_answered() {
    let tasks = TaskTracker::new();
    let run = pushed(Fault::AnswerLost, &tasks).await;
    let id = run.payments[1].clone();
    run.lines.from_wallet.plan([Fault::RequestLost]);
    assert_eq!(run.world.wallet.approve(&id).await.unwrap(), State::OutcomeUnknown);
    run.world.advance(Duration::from_mins(11)).await;
    run.lines.to_wallet.off();
    run.world.advance(Duration::from_mins(1)).await;
    assert_eq!(run.world.wallet.state(&id).unwrap(), State::Failed);
    run.agrees().await;
}

#[tokio::test]
async fn a_push_that_never_reached_the_wallet_is_refused_when_its_time_is_over() {
    let tasks = TaskTracker::new();
    let run = pushed(Fault::RequestLost, &tasks).await;
    let id = run.payments[1].clone();
    for minutes in [11, 1] {
        run.world.advance(Duration::from_mins(minutes)).await;
    }
    // No answer tells whether the wallet has it, so the PSP does not claim that it has not.
    assert_eq!(run.world.payment(&id).await["state"], "CREATED");
    run.lines.to_wallet.off();
    run.world.advance(Duration::from_mins(10)).await;
    assert_eq!(run.world.payment(&id).await["state"], "REFUSED");
    run.agrees().await;
}
