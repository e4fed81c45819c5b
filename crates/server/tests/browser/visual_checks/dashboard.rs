//! The dashboard: empty, with payments in many states, one of them with a long sequence, and what was said.

use std::time::Duration;

use lommebok_testkit::browser::{Device, Language};
use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::test_app::Answer;
use reqwest::Method;
use serde_json::json;

use crate::stage::Stage;

/// As long as a `pspTransactionId` may be.
const LONG: &str = "look-a-payment-with-a-very-long-id01";

async fn act(stage: &Stage, path: &str) {
    drop(Answer::to(stage.app.control_call(Method::POST, path)).await.succeeded());
}

/// Payments in many states; the last one has gone through everything.
async fn payments(stage: &Stage) {
    stage.app.psp.answer("look-62", [Reply::Close]);
    stage.app.psp.answer("look-63", [Reply::Fail(82)]);
    stage.app.psp.answer(LONG, [Reply::SoftDecline(stage.shop.url("/bank")), Reply::Ok]);
    for id in ["look-61", "look-62", "look-63", "look-64"] {
        stage.payment(id).await;
    }
    stage.payment_with(LONG, super::wordy()).await;
    act(stage, "/payments/look-61/cancel").await;
    act(stage, "/payments/look-62/approve").await;
    act(stage, "/payments/look-63/approve").await;
    stage.app.advance(Duration::from_secs(75)).await;
    act(stage, &format!("/payments/{LONG}/approve")).await;
}

async fn in_language(language: Language) {
    let Some(mut browser) = super::browser(Device::Desktop, language).await else { return };
    browser.expect_status(403);
    browser.expect_status(400);
    let stage = super::stage(language).await;
    browser.go(&stage.app.url("/dashboard")).await;
    browser.inspect("dashboard-signed-out").await;
    stage.open_dashboard(&browser).await;
    browser.inspect("dashboard-empty").await;
    payments(&stage).await;
    browser.until("all payments", "return document.querySelectorAll('.payments .row').length === 5").await;
    browser.inspect("dashboard-payments").await;
    browser.go(&stage.app.url(&format!("/dashboard/payments/{LONG}"))).await;
    browser.inspect("dashboard-payment-step-up").await;
    let passed = stage.app.control_call(Method::POST, &format!("/payments/{LONG}/step-up"));
    drop(Answer::to(passed.json(&json!({"result": "passed"}))).await.succeeded());
    stage.app.report(LONG, "CAPTURED", 100_000).await;
    stage.app.report(LONG, "REFUNDED", 40_000).await;
    browser.go(&stage.app.url(&format!("/dashboard/payments/{LONG}"))).await;
    browser.inspect("dashboard-payment").await;
    browser.go(&stage.app.url("/dashboard/payments/look-62")).await;
    browser.inspect("dashboard-payment-unknown").await;
    browser.go(&stage.app.url("/dashboard/payments/look-64")).await;
    browser.inspect("dashboard-payment-waiting").await;
    let mut refused = stage.app.init_body("look-65");
    refused["customerMobileNumber"] = json!("+4712345678");
    assert_eq!(stage.app.send_init(&refused).await.status, 400);
    let world = stage.app.control_call(Method::POST, "/tenants").json(&json!({"name": "look-a-world", "ttl_s": 3_600}));
    drop(Answer::to(world).await.succeeded());
    let entries = json!([
        {"pspTransactionId": LONG, "status": "CAPTURED", "amount": 100},
        {"pspTransactionId": "look-61", "status": "CAPTURED", "amount": 100},
    ]);
    drop(stage.app.update_status(&entries).await.succeeded());
    for (path, name) in [("batches", "batches"), ("batches/3", "batch"), ("clock", "clock"), ("worlds", "worlds")] {
        browser.go(&stage.app.url(&format!("/dashboard/{path}"))).await;
        browser.inspect(&format!("dashboard-{name}")).await;
    }
    browser.go(&stage.app.url("/dashboard/users")).await;
    browser.inspect("dashboard-users").await;
    let script = stage.app.control_call(Method::PUT, "/users/12345679/script");
    drop(Answer::to(script.json(&json!({"script": "approve-after=3s step-up=passed"}))).await.succeeded());
    let wrong = "const field = document.querySelector('#script-12345678'); field.value = 'approve-after=soon'; \
                 field.form.requestSubmit()";
    browser.script(wrong, vec![]).await;
    browser.until("what is wrong", "return document.querySelector('.user-wrong') !== null").await;
    browser.inspect("dashboard-users-refused").await;
    browser.go(&stage.app.url("/dashboard/exchanges")).await;
    browser.inspect("dashboard-exchanges").await;
    browser.script("document.querySelector('.rows .row-name').click()", vec![]).await;
    browser.until("the exchange", "return document.querySelector('.sides') !== null").await;
    browser.inspect("dashboard-exchange").await;
    act(&stage, "/clock/auto").await;
    assert_eq!(stage.app.control("/payments/look-64/await?state=EXPIRED").await["reached"], true);
    browser.go(&stage.app.url("/dashboard/clock")).await;
    browser.inspect("dashboard-clock-auto").await;
    browser.go(&stage.app.url("/")).await;
    browser.inspect("start-signed-in").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_is_sound_in_norwegian() {
    in_language(Language::Norwegian).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_is_sound_in_english() {
    in_language(Language::English).await;
}
