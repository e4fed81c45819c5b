//! The landing page without script: it works up to waiting, and from there a refresh brings the end.

use lommebok_testkit::browser::Browser;
use lommebok_testkit::fake_psp::{Gate, Reply};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn without_script_a_payment_can_be_made_up_to_the_shop() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_status(400);
    let stage = Stage::set().await;
    let payment = stage.payment("plain-1").await;
    browser.forbid_scripts().await;
    browser.go(&payment.link).await;
    browser.fill("Mobile number", "1").await;
    browser.press("Next").await;
    browser.sees("Write the mobile number in eight digits.").await;
    browser.fill("Mobile number", "12345678").await;
    browser.press("Next").await;
    browser.arrives_at(&stage.app.url("/landing/wait")).await;
    browser.sees("We sent a notification to 123 45 678").await;
    drop(stage.approve_elsewhere().await);
    browser.sees("Paid").await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_what_comes_too_late_is_refused_with_the_reason() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    let bank = Gate::new();
    stage.app.psp.answer("plain-2", [Reply::Ok.held_by(&bank)]);
    let payment = stage.payment("plain-2").await;
    browser.forbid_scripts().await;
    browser.go(&payment.link).await;
    let phone = stage.app.first_phone().await;
    drop(phone.open(&payment.link).await.succeeded());
    drop(stage.approve_elsewhere().await);
    browser.press("Cancel and go back").await;
    browser.sees("The payment can no longer be cancelled, because it is being processed.").await;
    bank.open();
    stage.app.until_state("plain-2", "RESERVED").await;
    browser.close().await;
    stage.strike().await;
}
