//! The shop in the oldest browsers that are supported, and in ones where its scripts do not come or hear nothing: not equal,
//! but usable.

use lommebok_testkit::browser::Browser;

use crate::customer::{bought, url, with_shop};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn an_old_browser_buys_keeps_up_and_captures() {
    let Some(browser) = Browser::phone().await else { return };
    let world = World::with(with_shop).await;
    browser.become_old().await;
    browser.go(&url(&world, "/checkout?product=kverna")).await;
    browser.assert_is_old().await;
    let choose = "const many = document.querySelector('#quantity'); many.value = '2';
        many.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.script(choose, vec![]).await;
    browser.sees("NOK 1,798.00").await;
    let (order, id) = bought(&world, "morgengry", "landing_page").await;
    browser.go(&url(&world, &order)).await;
    browser.sees("Approve on your phone").await;
    world.wallet.approve(&id).await.unwrap();
    browser.sees("Thank you! The order is paid.").await;
    browser.go(&url(&world, "/backoffice/orders/1001")).await;
    browser.sees("Times are in your own time zone, Europe/Oslo.").await;
    browser.press("Capture").await;
    browser.sees("status CAPTURED").await;
    browser.assert_is_old().await;
    browser.close().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_waits_is_read_by_the_browser_where_its_script_does_not_come_or_hears_nothing() {
    for (blocked, script) in
        [("*/keep-up.js", ""), ("", "window.fetch = () => Promise.reject(new TypeError('blocked'))")]
    {
        let Some(mut browser) = Browser::phone().await else { return };
        browser.expect_lost_connections();
        let world = World::with(with_shop).await;
        if script.is_empty() {
            browser.block(blocked).await;
        } else {
            browser.run_first(script).await;
        }
        let (order, id) = bought(&world, "morgengry", "landing_page").await;
        browser.go(&url(&world, &order)).await;
        browser.sees("Approve on your phone").await;
        world.wallet.approve(&id).await.unwrap();
        browser.sees("Thank you! The order is paid.").await;
        browser.close().await;
        world.stop().await;
    }
}
