//! Too late: the answer that leaves after 16 s, settled both ways, and the approval that comes after the budget.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lommebok_sample_psp::ledger::IfMissing;
use lommebok_sdk::Status;
use lommebok_testing::{Card, State};
use tokio::sync::Semaphore;

use crate::faulty::odd;
use crate::world::World;

/// Approves 201, whose answer comes when the wallet has stopped waiting.
async fn answered_too_late(world: &World) -> lommebok_sdk::PspTransactionId {
    let id = world.create(201).await;
    world.wallet.approve_without_waiting(&id, Card::Visa).await.unwrap();
    world.until(&id, "RESERVED").await;
    world.wallet.advance(Duration::from_secs(16)).await.unwrap();
    assert_eq!(world.wallet.outcome(&id).await.unwrap(), State::OutcomeUnknown);
    id
}

#[tokio::test]
async fn an_answer_after_16_seconds_is_settled_as_reserved() {
    let world = World::start().await;
    let id = answered_too_late(&world).await;
    assert_eq!(world.differences().await[0]["differs"][0], "reserved");
    world.advance(Duration::from_secs(14)).await;
    assert_eq!(world.wallet.state(&id).unwrap(), State::Reserved);
    assert_eq!(world.wallet.received(&id).unwrap()[0].status, Status::Reserved);
    world.operate(&id, "captures", None, "c1").await.succeeded();
    world.work().await;
    assert_eq!(world.wallet.payment(&id).unwrap().captured_ore, 201);
    assert!(world.differences().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn an_answer_after_16_seconds_is_reversed_if_the_merchant_prefers_that() {
    let world = World::with(|config| config.if_missing = IfMissing::Reverse).await;
    let id = answered_too_late(&world).await;
    world.advance(Duration::from_secs(14)).await;
    world.work().await;
    assert_eq!(world.wallet.state(&id).unwrap(), State::Failed);
    assert_eq!(world.wallet.received(&id).unwrap()[0].status, Status::Cancelled);
    assert!(world.standing(&id, 1).await.unwrap().reversed);
    assert_eq!(world.payment(&id).await["state"], "FAILED");
    assert!(world.differences().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn money_that_was_captured_before_the_check_is_not_reversed() {
    let world = World::with(|config| config.if_missing = IfMissing::Reverse).await;
    let id = answered_too_late(&world).await;
    world.operate(&id, "captures", Some(100), "c1").await.succeeded();
    world.advance(Duration::from_secs(14)).await;
    assert_eq!(world.wallet.payment(&id).unwrap().captured_ore, 100);
    assert_eq!(world.payment(&id).await["captured"], 100);
    assert!(world.differences().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn a_part_released_before_the_check_does_not_lose_the_rest() {
    // CANCELLED alone would settle the wallet's unknown outcome as failed, whatever its amount.
    let world = World::start().await;
    let id = answered_too_late(&world).await;
    world.operate(&id, "cancel", Some(100), "x1").await.succeeded();
    world.work().await;
    let seen = world.wallet.payment(&id).unwrap();
    assert_eq!((seen.state, seen.reserved_ore, seen.released_ore), (State::Reserved, 201, 100));
    world.operate(&id, "captures", None, "c1").await.succeeded();
    world.advance(Duration::from_secs(14)).await;
    assert_eq!(world.wallet.payment(&id).unwrap().captured_ore, 101);
    assert!(world.differences().await.is_empty());
    world.stop().await;
}

/// What the receiver remembered at a moment: its file with its log.
fn remembered(data_dir: &Path) -> [Vec<u8>; 2] {
    ["receiver.db", "receiver.db-wal"].map(|file| std::fs::read(data_dir.join(file)).unwrap())
}

/// Sets the receiver back to that moment.
fn set_back(data_dir: &Path, [file, log]: &[Vec<u8>; 2]) {
    std::fs::write(data_dir.join("receiver.db"), file).unwrap();
    std::fs::write(data_dir.join("receiver.db-wal"), log).unwrap();
}

#[tokio::test]
async fn money_that_was_captured_before_the_receiver_kept_its_answer_is_not_reversed() {
    let may_answer = Arc::new(Semaphore::new(0));
    let acquirer = odd(&may_answer, false);
    let world = World::with(|config| config.wrap_acquirer = Some(acquirer)).await;
    let id = world.create(201).await;
    world.wallet.approve_without_waiting(&id, Card::Visa).await.unwrap();
    world.until(&id, "AUTHORISING").await;
    let before = remembered(world.data_dir());
    may_answer.add_permits(1);
    world.until(&id, "RESERVED").await;
    world.operate(&id, "captures", Some(100), "c1").await.succeeded();
    world.wallet.advance(Duration::from_secs(16)).await.unwrap();
    world.wallet.outcome(&id).await.unwrap();
    // As if the process had died after the ledger knew and before the receiver did: the start reverses it.
    let world = world.restarted_with(|config| set_back(&config.data_dir, &before)).await;
    // A stop waits for the reversal that was handed over; what is settled is not handed over again.
    let world = world.restarted().await.restarted().await;
    world.work().await;
    let held = world.standing(&id, 1).await.unwrap();
    assert_eq!((held.reversed, held.captured), (false, 100), "{:?}", world.timeline(&id).await);
    assert_eq!(world.payment(&id).await["captured"], 100);
    assert_eq!(world.wallet.payment(&id).unwrap().captured_ore, 100);
    let reads = world.timeline(&id).await.iter().filter(|what| *what == "wallet_read").count();
    assert_eq!(reads, 1, "the wallet was looked at when the reversal was refused, once");
    assert!(world.differences().await.is_empty());
    world.stop().await;
}
