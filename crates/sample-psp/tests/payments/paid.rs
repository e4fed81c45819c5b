//! Paid: captured at once, in parts, released in part, refunded in part; each seen by wallet and acquirer alike.

use std::time::Duration;

use lommebok_sample_psp::Reporting;
use lommebok_sample_psp::acquirer::ResponseCode;
use lommebok_sample_psp::acquirer::simulated::Standing;
use lommebok_testing::State;

use crate::world::World;

#[tokio::test]
async fn an_approved_payment_is_captured_and_the_wallet_sees_it() {
    let world = World::start().await;
    let id = world.reserved(49_900).await;
    assert_eq!(world.payment(&id).await["state"], "RESERVED");
    let captured = world.operate(&id, "captures", None, "c1").await.succeeded();
    assert_eq!(captured["captured"], 49_900);
    assert_eq!(captured["remainingToCapture"], 0);
    world.work().await;
    let seen = world.wallet.payment(&id).unwrap();
    assert_eq!((seen.reserved_ore, seen.captured_ore), (49_900, 49_900));
    assert_eq!(world.standing(&id, 1).await.unwrap().captured, 49_900);
    assert_eq!(world.differences().await, Vec::<serde_json::Value>::new());
    let expected = [
        "created",
        "init_accepted",
        "attempt_begun",
        "authorised",
        "operation_begun",
        "operation_ended",
        "report_accepted",
    ];
    assert_eq!(world.timeline(&id).await, expected);
    world.stop().await;
}

#[tokio::test]
async fn a_payment_is_captured_released_and_refunded_in_parts() {
    let world = World::start().await;
    let id = world.reserved(49_900).await;
    world.operate(&id, "captures", Some(20_000), "c1").await.succeeded();
    world.operate(&id, "captures", Some(10_000), "c2").await.succeeded();
    world.operate(&id, "cancel", Some(5_000), "x1").await.succeeded();
    let payment = world.operate(&id, "refunds", Some(12_000), "r1").await.succeeded();
    for (member, amount) in [
        ("captured", 30_000),
        ("cancelled", 5_000),
        ("refunded", 12_000),
        ("remainingToCapture", 14_900),
        ("remainingToRefund", 18_000),
    ] {
        assert_eq!(payment[member], amount, "{member}");
    }
    world.work().await;
    let seen = world.wallet.payment(&id).unwrap();
    assert_eq!((seen.captured_ore, seen.released_ore, seen.refunded_ore), (30_000, 5_000, 12_000));
    let expected = Standing {
        code: ResponseCode::Approved,
        amount: 49_900,
        captured: 30_000,
        released: 5_000,
        refunded: 12_000,
        reversed: false,
    };
    assert_eq!(world.standing(&id, 1).await, Some(expected));
    world.stop().await;
}

#[tokio::test]
async fn what_is_left_can_be_cancelled_and_then_nothing_is_left() {
    let world = World::start().await;
    let id = world.reserved(49_900).await;
    world.operate(&id, "captures", Some(20_000), "c1").await.succeeded();
    let cancelled = world.operate(&id, "cancel", None, "x1").await.succeeded();
    assert_eq!((&cancelled["cancelled"], &cancelled["remainingToCapture"]), (&29_900.into(), &0.into()));
    assert_eq!(world.operate(&id, "captures", Some(1), "c2").await.status, 422);
    world.work().await;
    let seen = world.wallet.payment(&id).unwrap();
    assert_eq!((seen.captured_ore, seen.released_ore), (20_000, 29_900));
    world.stop().await;
}

#[tokio::test]
async fn collected_reports_wait_for_their_time_and_survive_a_restart() {
    let within = Duration::from_hours(1);
    let world = World::with(|config| config.reporting = Reporting::Collected(within)).await;
    let id = world.reserved(49_900).await;
    world.operate(&id, "captures", Some(20_000), "c1").await.succeeded();
    world.operate(&id, "refunds", Some(1_000), "r1").await.succeeded();
    world.advance(Duration::from_mins(59)).await;
    assert!(world.wallet.received(&id).unwrap().is_empty());
    let differences = world.differences().await;
    assert_eq!(differences[0]["reportsWaiting"], 2);
    assert_eq!(differences[0]["differs"], serde_json::json!(["captured", "remainingToCapture", "refunded"]));

    let world = world.restarted().await;
    world.advance(Duration::from_mins(1)).await;
    let seen = world.wallet.payment(&id).unwrap();
    assert_eq!((seen.captured_ore, seen.refunded_ore), (20_000, 1_000));
    assert!(world.differences().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn the_details_are_read_once_half_a_minute_after_an_ok() {
    let world = World::start().await;
    let id = world.reserved(49_900).await;
    world.advance(Duration::from_millis(29_999)).await;
    assert!(!world.timeline(&id).await.contains(&"wallet_read".to_owned()));
    world.advance(Duration::from_millis(1)).await;
    world.advance(Duration::from_hours(1)).await;
    let reads = world.timeline(&id).await.iter().filter(|word| *word == "wallet_read").count();
    assert_eq!(reads, 1);
    assert_eq!(world.wallet.state(&id).unwrap(), State::Reserved);
    world.stop().await;
}

#[tokio::test]
async fn the_vendors_magic_visa_tokens_are_approved_whatever_they_carry() {
    let world = World::start().await;
    for amount in [3_200, 4_200, 4_400, 5_100] {
        let id = world.create(amount).await;
        assert_eq!(world.wallet.approve(&id).await.unwrap(), State::Reserved, "{amount}");
    }
    world.stop().await;
}
