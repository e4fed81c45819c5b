//! The order page and the payment page, in each state that an order can have.

use std::sync::Arc;

use lommebok_sdk::PspTransactionId;
use lommebok_testing::Card;
use lommebok_testkit::browser::Browser;
use tokio::sync::Semaphore;

use super::{at_rest, in_each_language};
use crate::customer::{bought, bought_by, url, with_shop};
use crate::faulty::odd;
use crate::world::World;

/// An order in each state that the PSP brings about by itself: its name and its page. The one that expires comes first,
/// because time passes for all.
pub(super) async fn one_in_each_state(world: &World) -> Vec<(&'static str, String)> {
    let mut orders = Vec::new();
    let mut keep = |name, order| orders.push((name, order));
    let (order, id) = bought(world, "kverna", "landing_page").await;
    world.wallet.let_time_out(&id).await.unwrap();
    keep("expired", order);
    let (order, id) = bought(world, "tindebrent", "landing_page").await;
    world.wallet.cancel(&id).await.unwrap();
    keep("cancelled", order);
    let (order, id) = bought(world, "spoon-189", "landing_page").await;
    world.wallet.approve(&id).await.unwrap();
    keep("failed", order);
    keep("waiting", bought(world, "fjellvann", "landing_page").await.0);
    keep("waiting-app", bought(world, "fjellvann", "app").await.0);
    keep("waiting-push", bought(world, "fjellvann", "push").await.0);
    keep("refused", bought_by(world, "99999999", "fjellvann", "push").await.0);
    let (order, id) = bought(world, "kokekaffe", "landing_page").await;
    world.wallet.approve_with(&id, Card::Mastercard).await.unwrap();
    keep("step-up", order);
    let captured: [(&str, Option<i64>, Option<i64>); 5] = [
        ("reserved", None, None),
        ("partly-captured", Some(50_000), None),
        ("captured", Some(89_900), None),
        ("refunded-in-part", Some(50_000), Some(12_345)),
        ("refunded", Some(50_000), Some(50_000)),
    ];
    for (name, capture, refund) in captured {
        let (order, id) = bought(world, "kverna", "landing_page").await;
        world.wallet.approve(&id).await.unwrap();
        operated(world, &id, capture, refund).await;
        keep(name, order);
    }
    let (order, id) = bought(world, "morgengry", "landing_page").await;
    world.wallet.approve(&id).await.unwrap();
    world.operate(&id, "cancel", None, "x1").await.succeeded();
    keep("released", order);
    world.work().await;
    orders
}

async fn operated(world: &World, id: &PspTransactionId, capture: Option<i64>, refund: Option<i64>) {
    if capture.is_some() {
        world.operate(id, "captures", capture, "c1").await.succeeded();
    }
    if refund.is_some() {
        world.operate(id, "refunds", refund, "r1").await.succeeded();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_page_is_readable_in_every_state() {
    in_each_language(async |browser| {
        let world = World::with(with_shop).await;
        for (state, order) in one_in_each_state(&world).await {
            browser.go(&url(&world, &order)).await;
            browser.inspect(&format!("shop-order-{state}")).await;
            if state == "waiting" {
                at_rest(browser, &url(&world, &format!("{order}/pay"))).await;
                browser.inspect("shop-pay").await;
            }
        }
        browser.go("about:blank").await;
        world.stop().await;
        while_the_bank_is_asked(browser).await;
        while_the_wallet_is_away(browser).await;
    })
    .await;
}

async fn while_the_bank_is_asked(browser: &Browser) {
    let may_answer = Arc::new(Semaphore::new(0));
    let world = World::with(|config| {
        with_shop(config);
        config.wrap_acquirer = Some(odd(&may_answer, false));
    })
    .await;
    let (order, id) = bought(&world, "kroakoppen", "landing_page").await;
    world.wallet.approve_without_waiting(&id, Card::Visa).await.unwrap();
    world.until(&id, "AUTHORISING").await;
    browser.go(&url(&world, &order)).await;
    browser.inspect("shop-order-processing").await;
    browser.go("about:blank").await;
    may_answer.add_permits(1);
    world.until(&id, "RESERVED").await;
    world.stop().await;
}

async fn while_the_wallet_is_away(browser: &Browser) {
    let world = World::with(|config| {
        with_shop(config);
        "http://127.0.0.1:1".clone_into(&mut config.wallet.base_url);
    })
    .await;
    let (order, _) = bought(&world, "kroakoppen", "landing_page").await;
    browser.go(&url(&world, &order)).await;
    browser.inspect("shop-order-preparing").await;
    browser.go(&url(&world, "/backoffice/orders/1001")).await;
    browser.inspect("backoffice-order-preparing").await;
    browser.go(&url(&world, "/backoffice/reconciliation")).await;
    browser.inspect("backoffice-reconciliation-not-asked").await;
    browser.go("about:blank").await;
    world.stop().await;
}
