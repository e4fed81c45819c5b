//! Refused: each error id by its amount, and what the ledger and the wallet then agree on.

use lommebok_sdk::Status;
use lommebok_testing::{Effect, State};

use crate::world::World;

#[tokio::test]
async fn each_test_amount_is_refused_with_its_error_id_and_both_sides_agree() {
    let world = World::start().await;
    for (amount, error) in [
        (171, "71"),
        (172, "72"),
        (181, "81"),
        (182, "82"),
        (183, "83"),
        (184, "84"),
        (185, "85"),
        (186, "86"),
        (187, "87"),
        (188, "88"),
        (189, "89"),
        (151, "89"),
        (191, "91"),
        (194, "94"),
    ] {
        let id = world.create(amount).await;
        assert_eq!(world.wallet.approve(&id).await.unwrap(), State::Failed, "{amount}");
        assert_eq!(world.wallet.payment(&id).unwrap().cause, format!("psp_{error}"), "{amount}");
        let payment = world.payment(&id).await;
        assert_eq!((&payment["state"], &payment["error"]["errorId"]), (&"FAILED".into(), &error.into()), "{amount}");
    }
    world.work().await;
    assert!(world.differences().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn a_refusal_is_reported_as_cancelled_so_that_a_lost_answer_settles_too() {
    let world = World::start().await;
    let id = world.create(182).await;
    world.wallet.approve(&id).await.unwrap();
    world.work().await;
    let received = world.wallet.received(&id).unwrap();
    assert_eq!(received.len(), 1);
    assert_eq!((received[0].status, received[0].amount.as_ore()), (Status::Cancelled, 182));
    assert_eq!(received[0].effect, Effect::Applied);
    assert_eq!(world.wallet.state(&id).unwrap(), State::Failed);
    world.stop().await;
}

#[tokio::test]
async fn a_card_without_a_token_ends_in_a_notice_and_not_in_an_attempt() {
    let world = World::start().await;
    let id = world.create(3_100).await;
    assert_eq!(world.wallet.approve(&id).await.unwrap(), State::Failed);
    assert_eq!(world.payment(&id).await["state"], "CANCELLED");
    assert!(world.standing(&id, 1).await.is_none());
    world.stop().await;
}

#[tokio::test]
async fn a_limit_and_a_balance_are_the_issuers_own() {
    let rules = lommebok_sample_psp::acquirer::simulated::IssuerRules { limit: 50_000, opening_balance: 80_000 };
    let world = World::with(|config| config.issuer = rules).await;
    for (amount, error) in [(50_001, "84"), (50_000, ""), (30_001, "89"), (30_000, "")] {
        let id = world.create(amount).await;
        world.wallet.approve(&id).await.unwrap();
        let payment = world.payment(&id).await;
        assert_eq!(payment["error"]["errorId"].as_str().unwrap_or_default(), error, "{amount}");
    }
    world.stop().await;
}
