//! Pages that go on by themselves: the back office and the order page take over what has changed, whatever happens to one
//! answer, and keep what was typed.

use lommebok_testkit::browser::Browser;

use crate::customer::{bought, url, with_shop};
use crate::world::World;

/// The next question of the page's script is never answered, and the ones after it are.
const NO_ANSWER_ONCE: &str = "const own = window.fetch;
    window.unanswered = 0;
    window.fetch = (...asked) => (window.unanswered++ === 0 ? new Promise(() => {}) : own(...asked));";

/// Waits until the page's script has asked a question that is never answered.
async fn not_answered_once(browser: &Browser) {
    browser.script(NO_ANSWER_ONCE, vec![]).await;
    browser.until("a question hangs", "return window.unanswered > 0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_shows_a_payment_as_it_goes_on_in_the_readers_own_time_zone() {
    let Some(browser) = Browser::desktop().await else { return };
    let world = World::with(with_shop).await;
    let (_, first) = bought(&world, "morgengry", "landing_page").await;
    browser.go(&url(&world, "/backoffice")).await;
    browser.sees("Waiting for customer").await;
    browser.sees("Times are in your own time zone, Europe/Oslo.").await;
    browser.sees("4 May 2026, 12:00:00").await;
    not_answered_once(&browser).await;
    world.wallet.approve(&first).await.unwrap();
    browser.sees("Reserved").await;
    bought(&world, "kverna", "landing_page").await;
    browser.sees("1002").await;
    browser.sees("4 May 2026, 12:00:00").await;
    browser.close().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orders_forms_come_when_it_is_paid_and_what_was_typed_stays_when_they_change() {
    let Some(browser) = Browser::desktop().await else { return };
    let world = World::with(with_shop).await;
    let (_, id) = bought(&world, "kverna", "landing_page").await;
    browser.go(&url(&world, "/backoffice/orders/1001")).await;
    browser.sees("Cancel the payment").await;
    world.wallet.approve(&id).await.unwrap();
    browser.fill("Amount to capture", "123.45").await;
    world.operate(&id, "captures", Some(10_000), "elsewhere").await.succeeded();
    browser.sees("Amount to refund").await;
    assert_eq!(browser.script("return document.querySelector('#capture').value", vec![]).await, "123.45");
    assert_eq!(browser.script("return document.activeElement.id", vec![]).await, "capture", "the caret stays");
    assert_eq!(browser.script("return document.querySelector('#cancel').value", vec![]).await, "799.00");
    // The form came later than the script, and is sent once all the same.
    let twice = "const button = document.querySelector('[action$=captures] button'); button.click(); button.click();";
    browser.script(twice, vec![]).await;
    browser.sees("Done. The wallet is being told.").await;
    assert_eq!(world.payment(&id).await["captured"], 22_345);
    browser.close().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_page_goes_on_when_a_question_of_its_script_is_never_answered() {
    let Some(browser) = Browser::phone().await else { return };
    let world = World::with(with_shop).await;
    let (order, id) = bought(&world, "morgengry", "push").await;
    browser.go(&url(&world, &order)).await;
    browser.sees("Approve on your phone").await;
    not_answered_once(&browser).await;
    world.wallet.approve(&id).await.unwrap();
    browser.sees("Thank you! The order is paid.").await;
    assert!(
        browser.script("return window.unanswered > 1", vec![]).await.as_bool() == Some(true),
        "it was not read anew"
    );
    browser.close().await;
    world.stop().await;
}
