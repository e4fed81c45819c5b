//! The landing page from the link to the shop.

use lommebok_testkit::browser::Browser;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn the_page_goes_on_with_the_payment_and_ends_in_the_shop() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    let payment = stage.payment("landing-1").await;
    browser.go(&payment.link).await;
    browser.sees("Fjellkroa Kaffe").await;
    browser.sees("NOK 499.00").await;
    browser.sees("Order 1001").await;
    assert_eq!(browser.value_of("Mobile number").await, "12345678");
    browser.inspect("landing-number").await;
    browser.press("Next").await;
    browser.sees("Open your app and approve").await;
    browser.inspect("landing-waiting").await;
    let phone = stage.app.first_phone().await;
    let id = phone.waiting().await[0]["id"].as_str().expect("an id").to_owned();
    let card = phone.card("VISA").await;
    phone.approve(&id, &card).await.succeeded();
    browser.sees("Paid").await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    browser.close().await;
    stage.strike().await;
}
