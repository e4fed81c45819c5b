//! The pictures of the README: `cargo xtask screenshots` runs this with the folder they go to. Without a folder it only sees that
//! the way to each picture can still be walked.
//!
//! Browser and wallet are frozen at the same moment, so that the pictures change only when the pages do (and the QR code, which is secret).

use std::time::Duration;

use lommebok_testkit::browser::{Browser, Theme};
use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::Method;
use serde_json::json;

use crate::stage::Stage;

/// Payments as they are on any day of somebody who integrates.
async fn dashboard(stage: &Stage, browser: &Browser) {
    let act = async |path: &str| drop(Answer::to(stage.app.control_call(Method::POST, path)).await.succeeded());
    stage.app.psp.answer("basket-1002", [Reply::Close]);
    stage.app.psp.answer("basket-1003", [Reply::Fail(82)]);
    for (id, amount) in
        [("basket-1001", 24_900), ("basket-1002", 64_900), ("basket-1003", 9_900), ("basket-1004", 14_900)]
    {
        stage.payment_with(id, json!({"amount": amount})).await;
    }
    stage.app.advance(Duration::from_secs(40)).await;
    for path in ["basket-1001/approve", "basket-1002/approve", "basket-1003/approve"] {
        act(&format!("/payments/{path}")).await;
    }
    stage.app.advance(Duration::from_secs(30)).await;
    stage.app.report("basket-1001", "CAPTURED", 14_900).await;
    browser.window(1_280, 860).await;
    stage.open_dashboard(browser).await;
    browser.sees("basket-1004").await;
    browser.picture("dashboard").await;
    browser.press("basket-1001").await;
    browser.sees("CAPTURED NOK 149.00").await;
    browser.window(1_280, 1_240).await;
    browser.picture("dashboard-payment").await;
}

/// One minute after the wallet's clock, as a reader's clock may be.
const NOW: &str = "2026-05-04T10:01:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_pictures_can_be_taken_anew() {
    let Some(browser) = Browser::desktop().await else { return };
    browser.stand_at(NOW).await;
    let usual = TestApp::with_settings(&[("public_url", "http://127.0.0.1:8480")]).await;
    browser.go(&usual.url("/")).await;
    browser.sees("Running at http://127.0.0.1:8480").await;
    browser.picture("start").await;

    let stage = Stage::set().await;
    let words = json!({"paymentText": "Two cinnamon buns and a filter coffee", "amount": 14_900});
    let payment = stage.payment_with("readme-1", words.clone()).await;
    browser.go(&payment.link).await;
    browser.sees("until 12:05").await;
    browser.picture("landing").await;

    dashboard(&stage, &browser).await;
    browser.window(940, 710).await;
    stage.sign_in(&browser).await;
    stage.asked_payment(&browser, "readme-2", words).await;
    browser.picture("phone").await;
    browser.press("Pay NOK 149.00").await;
    browser.sees("Paid").await;
    stage.app.report("readme-2", "CAPTURED", 14_900).await;
    stage.app.report("readme-2", "REFUNDED", 4_900).await;
    browser.press("Done").await;
    browser.press("Fjellkroa Kaffe").await;
    browser.sees("Refunded NOK 49.00").await;
    browser.theme(Theme::Dark).await;
    browser.picture("receipt").await;
    browser.close().await;
    usual.stop().await;
    stage.strike().await;
}
