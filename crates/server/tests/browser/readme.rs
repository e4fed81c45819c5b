//! The pictures of the README: `cargo xtask screenshots` runs this with the folder they go to. Without a folder it only sees that
//! the way to each picture can still be walked.
//!
//! Browser and wallet are frozen at the same moment, so that the pictures change only when the pages do (and the QR code, which is secret).

use lommebok_testkit::browser::{Browser, Theme};
use lommebok_testkit::test_app::TestApp;
use serde_json::json;

use crate::stage::Stage;

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
