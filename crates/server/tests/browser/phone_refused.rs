//! Payments that the PSP refuses or never answers: what the user reads, and that nothing is promised that is not so.

use std::time::Duration;

use lommebok_testkit::browser::Browser;
use lommebok_testkit::fake_psp::{Gate, Reply};
use serde_json::json;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_why_in_the_users_words_and_that_nothing_was_paid() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    let refusals = [
        (82, "The card’s bank said no. Nothing was paid."),
        (83, "The bank suspects fraud. Nothing was paid."),
        (86, "The card has expired. Nothing was paid."),
        (89, "There is not enough money in the account. Nothing was paid."),
        (91, "The payment could not be made. Nothing was paid."),
    ];
    for (error, why) in refusals {
        let id = format!("refused-{error}");
        stage.app.psp.answer(&id, [Reply::Fail(error)]);
        stage.asked_payment(&browser, &id, json!({})).await;
        browser.press("Pay NOK 499.00").await;
        browser.sees("The payment failed").await;
        browser.sees(why).await;
        browser.press("Done").await;
        browser.sees("Hello, Kari").await;
    }
    stage.asked_payment(&browser, "refused-token", json!({"amount": 3100})).await;
    browser.press("Pay NOK 31.00").await;
    browser.sees("This card cannot be used for this payment. Nothing was paid.").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unclear_outcome_is_called_unclear_on_phone_and_landing_page() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    let never = Gate::new();
    stage.app.psp.answer("unclear-1", [Reply::Ok.held_by(&never)]);
    stage.sign_in(&browser).await;
    let payment = stage.asked_payment(&browser, "unclear-1", json!({})).await;
    let phone = browser.tab().await;
    let landing = browser.new_tab().await;
    browser.hold_pages().await;
    browser.go(&payment.link).await;
    browser.sees("Open your app and approve").await;
    browser.show(&phone).await;
    browser.press("Pay NOK 499.00").await;
    browser.sees("Paying …").await;
    stage.app.psp.wait_for_payment("unclear-1", 1).await;
    stage.app.advance(Duration::from_secs(15)).await;
    let unclear = "We do not know whether the payment went through. Ask the shop before you pay again.";
    browser.sees(unclear).await;
    browser.does_not_see("Nothing was paid").await;
    browser.show(&landing).await;
    browser.sees(unclear).await;
    browser.let_page_go_on().await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    browser.close().await;
    stage.strike().await;
}
