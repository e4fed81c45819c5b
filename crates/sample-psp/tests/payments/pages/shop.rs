//! The shop's pages before an order, and those for what leads nowhere or failed.

use super::in_each_language;
use crate::customer::{url, with_shop};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_shops_pages_are_readable_also_when_something_is_wrong() {
    in_each_language(async |browser| {
        let world = World::with(with_shop).await;
        for (name, path) in [
            ("front", "/"),
            ("bench", "/bench"),
            ("checkout", "/checkout?product=kverna&quantity=9"),
            ("checkout-spoon", "/checkout?product=spoon-201"),
            ("not-found", "/nowhere"),
            ("no-such-order", "/backoffice/orders/none"),
        ] {
            browser.go(&url(&world, path)).await;
            browser.inspect(&format!("shop-{name}")).await;
        }
        for (name, way, number) in [("wrong-number", "landing_page", "123"), ("no-number", "push", "")] {
            browser.go(&url(&world, "/checkout?product=morgengry")).await;
            let fill = format!(
                "document.querySelector('[name=way][value={way}]').click();
                                document.querySelector('#phone').value = '{number}';
                                document.querySelector('.button-pay').click();"
            );
            browser.script(&fill, vec![]).await;
            browser.until("the fault is shown", "return document.querySelector('#phone-fault') !== null").await;
            browser.inspect(&format!("shop-checkout-{name}")).await;
        }
        browser.go(&url(&world, "/checkout?product=morgengry")).await;
        let maim = "document.querySelector('[name=once]').remove(); document.querySelector('.button-pay').click();";
        browser.script(maim, vec![]).await;
        browser.until("the form is refused", "return document.querySelector('.badge-quiet') !== null").await;
        browser.inspect("shop-unreadable").await;
        lose_the_orders(&world);
        browser.go(&url(&world, "/backoffice")).await;
        browser.inspect("shop-failed").await;
        browser.go("about:blank").await;
        world.stop().await;
    })
    .await;
}

/// The shop's database is no longer what it was.
fn lose_the_orders(world: &World) {
    let database = rusqlite::Connection::open(world.data_dir().join("shop.db")).unwrap();
    database.execute_batch("ALTER TABLE shop_order RENAME TO gone").unwrap();
}
