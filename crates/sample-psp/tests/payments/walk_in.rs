//! The walk-in address: payments that were started at the wallet by another party, with this PSP's credentials.

use lommebok_sdk::{Amount, Init, MakePaymentUrl, MerchantOrderId, PspRedirectUrl, PspTransactionId};
use lommebok_testing::State;
use reqwest::Method;

use crate::world::{World, send};

/// Starts a payment at the wallet as curl does, to be paid at the walk-in address with this query.
pub(crate) async fn started_elsewhere(world: &World, id: &str, amount: i64, query: &str) -> PspTransactionId {
    let id = PspTransactionId::new(id).expect("the id is one");
    let walk_in = format!("http://{}/make-payment/walk-in{query}", world.psp.address);
    let init = Init::new(
        id.clone(),
        MerchantOrderId::new(format!("order-{id}")).expect("the id is one"),
        Amount::ore(amount).expect("the amount is one"),
        MakePaymentUrl::new(walk_in).expect("the address is one"),
        PspRedirectUrl::new("https://shop.example/thanks").expect("the address is one"),
    );
    world.wallet.client().init(&"100001".parse().expect("six digits"), &init).await.expect("the wallet takes it");
    id
}

#[tokio::test]
async fn a_payment_that_was_started_elsewhere_is_charged_and_can_be_captured() {
    let world = World::start().await;
    let id = started_elsewhere(&world, "curl-1", 49_900, "?amount=49900").await;
    assert_eq!(world.wallet.approve(&id).await.unwrap(), State::Reserved);
    let payment = world.payment(&id).await;
    assert_eq!((&payment["state"], &payment["amount"]), (&"RESERVED".into(), &49_900.into()));
    world.operate(&id, "captures", Some(49_900), "k1").await.succeeded();
    world.work().await;
    assert_eq!(world.wallet.payment(&id).unwrap().captured_ore, 49_900);
    assert!(world.differences().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn the_amount_in_the_address_decides_as_any_other_and_must_be_the_payments() {
    let world = World::start().await;
    for (name, amount, query, cause) in [
        ("refused", 182, "?amount=182", "psp_82"),
        ("other-amount", 49_900, "?amount=100", "psp_83"),
        ("no-number", 49_900, "?amount=much", "psp_71"),
        ("zero", 49_900, "?amount=0", "psp_71"),
    ] {
        let id = started_elsewhere(&world, name, amount, query).await;
        assert_eq!(world.wallet.approve(&id).await.unwrap(), State::Failed, "{name}");
        assert_eq!(world.wallet.payment(&id).unwrap().cause, cause, "{name}");
    }
    world.stop().await;
}

#[tokio::test]
async fn without_an_amount_the_answer_is_ok_and_nothing_is_booked() {
    let world = World::start().await;
    let id = started_elsewhere(&world, "no-amount", 49_900, "").await;
    assert_eq!(world.wallet.approve(&id).await.unwrap(), State::Reserved);
    let listed = send(world.call(Method::GET, "/payments")).await.succeeded();
    assert_eq!(listed["payments"], serde_json::json!([]));
    let cancelled = started_elsewhere(&world, "cancelled", 49_900, "").await;
    world.wallet.cancel(&cancelled).await.unwrap();
    assert_eq!(world.wallet.state(&cancelled).unwrap(), State::Cancelled);
    world.stop().await;
}
