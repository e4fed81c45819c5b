//! Too late: the answer that leaves after 16 s, settled both ways, and the approval that comes after the budget.

use std::time::Duration;

use lommebok_sample_psp::ledger::IfMissing;
use lommebok_sdk::Status;
use lommebok_testing::{Card, State};

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
