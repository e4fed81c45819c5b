//! The README's pictures of the shop: `cargo xtask screenshots` runs this with the folder they go to. Without a folder it
//! only sees that the way to each picture can still be walked.

use lommebok_testkit::browser::Browser;

use crate::customer::{bought, url, with_shop};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_pictures_of_the_shop_can_be_taken_anew() {
    let Some(browser) = Browser::desktop().await else { return };
    let world = World::with(with_shop).await;
    browser.go(&url(&world, "/")).await;
    browser.sees("Buy").await;
    browser.picture("shop").await;
    let (order, id) = bought(&world, "morgengry", "landing_page").await;
    world.wallet.approve(&id).await.unwrap();
    browser.go(&url(&world, &order)).await;
    browser.sees("Thank you! The order is paid.").await;
    browser.picture("order").await;
    world.operate(&id, "captures", Some(14_900), "c1").await.succeeded();
    world.work().await;
    browser.go(&url(&world, "/backoffice/orders/1001")).await;
    browser.sees("status CAPTURED").await;
    // The whole timeline, to the wallet that was told.
    browser.window(1280, 985).await;
    browser.picture("back-office").await;
    browser.close().await;
    world.stop().await;
}
