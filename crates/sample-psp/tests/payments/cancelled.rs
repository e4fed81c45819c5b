//! Over without money: by the user, by time, by the merchant before and after the reservation, by an init that is refused.

use std::time::Duration;

use lommebok_sample_psp::Reporting;
use lommebok_testing::State;
use reqwest::Method;

use crate::world::{World, send};

#[tokio::test]
async fn a_user_who_cancels_and_one_who_waits_too_long_are_told_apart() {
    let world = World::start().await;
    let cancelled = world.create(49_900).await;
    world.wallet.cancel(&cancelled).await.unwrap();
    assert_eq!(world.payment(&cancelled).await["state"], "CANCELLED");
    let expired = world.create(49_900).await;
    world.wallet.let_time_out(&expired).await.unwrap();
    assert_eq!(world.payment(&expired).await["state"], "EXPIRED");
    assert!(world.differences().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn the_amount_193_has_its_notice_answered_with_error_93() {
    let world = World::start().await;
    let id = world.create(193).await;
    world.wallet.cancel(&id).await.unwrap();
    assert_eq!(world.payment(&id).await["state"], "CANCELLED");
    assert_eq!(world.wallet.sent(&id).unwrap(), [lommebok_testing::SentKind::Cancelled]);
    world.stop().await;
}

#[tokio::test]
async fn a_merchant_cancels_before_the_user_has_approved_and_the_phone_can_no_longer() {
    let world = World::start().await;
    let id = world.create(49_900).await;
    let cancelled = world.operate(&id, "cancel", None, "x1").await.succeeded();
    assert_eq!(cancelled["state"], "CANCELLED");
    assert_eq!(world.operate(&id, "cancel", None, "x1").await.succeeded()["state"], "CANCELLED");
    world.work().await;
    assert_eq!(world.wallet.state(&id).unwrap(), State::Cancelled);
    assert!(world.wallet.approve(&id).await.is_err());
    world.stop().await;
}

#[tokio::test]
async fn an_approval_that_crosses_the_merchants_cancel_is_answered_85() {
    let later = Reporting::Collected(Duration::from_mins(1));
    let world = World::with(|config| config.reporting = later).await;
    let id = world.create(49_900).await;
    world.operate(&id, "cancel", None, "x1").await.succeeded();
    assert_eq!(world.wallet.approve(&id).await.unwrap(), State::Failed);
    assert_eq!(world.wallet.payment(&id).unwrap().cause, "psp_85");
    world.advance(Duration::from_mins(1)).await;
    assert!(world.standing(&id, 1).await.is_none());
    assert!(world.differences().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn a_whole_reservation_is_cancelled_and_the_balance_comes_back() {
    let world = World::start().await;
    let id = world.reserved(49_900).await;
    world.operate(&id, "cancel", None, "x1").await.succeeded();
    world.work().await;
    assert_eq!(world.wallet.payment(&id).unwrap().released_ore, 49_900);
    assert_eq!(world.standing(&id, 1).await.unwrap().released, 49_900);
    world.stop().await;
}

#[tokio::test]
async fn a_payment_without_landing_page_is_refused_to_a_merchant_that_may_not() {
    let world = World::start().await;
    let mut body = World::body("push-1", 49_900);
    body["flow"] = "push".into();
    let refused = send(world.call(Method::POST, "/payments").json(&body)).await.succeeded();
    assert_eq!(refused["state"], "REFUSED");
    assert!(refused["error"]["errorText"].as_str().unwrap().contains("51"), "{refused}");
    let taken = send(world.call_of("100002", Method::POST, "/payments").json(&body)).await.succeeded();
    assert_eq!(taken["state"], "OPEN");
    let id = crate::world::id(&taken);
    assert_eq!(world.wallet.approve(&id).await.unwrap(), State::Reserved);
    world.stop().await;
}

#[tokio::test]
async fn a_notice_that_never_comes_is_found_in_the_details() {
    let world = World::with(|config| config.public_url = Some("http://127.0.0.1:1".parse().unwrap())).await;
    let id = world.create(49_900).await;
    world.advance(Duration::from_mins(5)).await;
    assert_eq!(world.wallet.state(&id).unwrap(), State::Expired);
    assert_eq!(world.payment(&id).await["state"], "OPEN");
    world.advance(Duration::from_mins(6)).await;
    assert_eq!(world.payment(&id).await["state"], "CANCELLED");
    world.stop().await;
}
