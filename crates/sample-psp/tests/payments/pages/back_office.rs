//! The back office: empty, with many orders, an order in each state, what a form came to, and the reconciliation.

use std::time::Duration;

use lommebok_testing::Card;

use super::in_each_language;
use super::orders::one_in_each_state;
use crate::customer::{bought, url, with_shop};
use crate::walk_in::started_elsewhere;
use crate::world::World;

/// More orders than a screen has room for.
const MANY: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn the_back_office_is_readable_empty_and_full() {
    in_each_language(async |browser| {
        let world = World::with(with_shop).await;
        let look = async |name: &str, path: &str| {
            browser.go(&url(&world, path)).await;
            browser.inspect(&format!("backoffice-{name}")).await;
        };
        look("list-empty", "/backoffice").await;
        look("reconciliation-empty", "/backoffice/reconciliation").await;
        let orders = one_in_each_state(&world).await;
        for _ in 0..MANY {
            bought(&world, "morgengry", "landing_page").await;
        }
        let id = started_elsewhere(&world, "curl-1", 49_900, "?amount=49900").await;
        world.wallet.approve(&id).await.unwrap();
        look("list-full", "/backoffice").await;
        look("reconciliation-agrees", "/backoffice/reconciliation").await;
        let desk = |wanted: &str| {
            let number = 1001 + orders.iter().position(|(state, _)| *state == wanted).unwrap();
            format!("/backoffice/orders/{number}")
        };
        for state in ["waiting", "step-up", "failed", "refused", "expired", "partly-captured", "refunded-in-part"] {
            look(&format!("order-{state}"), &desk(state)).await;
        }
        for said in ["done", "no-amount", "conflict"] {
            look(&format!("order-said-{said}"), &format!("{}?said={said}", desk("reserved"))).await;
        }
        look("payment-elsewhere", "/backoffice/payments/curl-1").await;
        browser.go("about:blank").await;
        world.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reconciliation_with_differences_is_readable() {
    in_each_language(async |browser| {
        let world = World::with(with_shop).await;
        let (_, id) = bought(&world, "spoon-201", "landing_page").await;
        world.wallet.approve_without_waiting(&id, Card::Visa).await.unwrap();
        world.until(&id, "RESERVED").await;
        world.wallet.advance(Duration::from_secs(16)).await.unwrap();
        world.wallet.outcome(&id).await.unwrap();
        browser.go(&url(&world, "/backoffice/reconciliation")).await;
        browser.until("a difference is shown", "return document.querySelectorAll('tbody tr').length === 1").await;
        browser.inspect("backoffice-reconciliation-differs").await;
        browser.go("about:blank").await;
        world.stop().await;
    })
    .await;
}
