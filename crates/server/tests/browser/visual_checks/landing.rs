//! The landing page in every state: asking for a number, waiting, at its end, and of links that lead nowhere.
//!
//! Elements are found by what they are, not by what is written on them, because both languages walk the same way.

use std::time::Duration;

use lommebok_testkit::browser::{Browser, Device, Language};
use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::test_app::Started;
use serde_json::json;

use crate::stage::Stage;

/// What has an animation, be it a short one. Browsers ask for no motion here.
const MOVES: &str = "
return [...document.querySelectorAll('body *')].filter((it) => ['', '::before', '::after'].some(
  (part) => getComputedStyle(it, part || null).animationName !== 'none')).map((it) => it.outerHTML.slice(0, 100));";

/// The phase that `<main>` is in, whatever the language.
async fn until_phase(browser: &Browser, phase: &str) {
    let script = format!("return document.querySelector('main').dataset.phase === '{phase}'");
    browser.until(phase, &script).await;
}

/// Presses the only button of its kind, whatever the language.
async fn submit(browser: &Browser, form: &str) {
    browser.script(&format!("document.querySelector('form[action=\"{form}\"]').requestSubmit()"), vec![]).await;
}

async fn inspect_result(stage: &Stage, browser: &Browser, payment: &Started, name: &str) {
    browser.go(&stage.app.url(&format!("/landing/wait?token={}", payment.token))).await;
    until_phase(browser, "over").await;
    browser.inspect(name).await;
}

async fn asking(stage: &Stage, browser: &Browser) {
    let payment = stage.payment("look-1").await;
    browser.go(&payment.link).await;
    until_phase(browser, "number").await;
    browser.inspect("landing-number").await;
    browser.script("document.querySelector('#number').value = '123'", vec![]).await;
    submit(browser, "/landing/number").await;
    browser.until("the fault", "return document.querySelector('#number-wrong') !== null").await;
    browser.inspect("landing-number-wrong").await;

    let payment = stage.payment_with("look-2", super::wordy()).await;
    browser.go(&payment.link).await;
    until_phase(browser, "number").await;
    browser.inspect("landing-number-wordy").await;
    let payment = stage.payment_with("look-3", json!({"paymentText": null, "amount": 100})).await;
    browser.go(&payment.link).await;
    until_phase(browser, "number").await;
    browser.inspect("landing-number-no-text").await;
}

async fn waiting(stage: &Stage, browser: &Browser) {
    let bank = Gate::new();
    let soft = Reply::SoftDecline(stage.shop.url("/bank"));
    stage.app.psp.answer("look-4", [soft.held_by(&bank), Reply::Ok]);
    let payment = stage.payment("look-4").await;
    browser.go(&payment.link).await;
    submit(browser, "/landing/number").await;
    until_phase(browser, "approval").await;
    browser.inspect("landing-approval").await;
    assert_eq!(browser.script(MOVES, vec![]).await, json!([]), "nothing moves where people want no motion");
    browser.script("document.querySelector('details').open = true", vec![]).await;
    browser.inspect("landing-approval-open").await;
    stage.prompt_again(&payment, "99999999").await;
    stage.prompt_again(&payment, "12345678").await;
    browser.until("the third prompt", "return document.querySelector('details') === null").await;
    browser.inspect("landing-approval-exhausted").await;
    drop(stage.approve_elsewhere().await);
    until_phase(browser, "bank").await;
    browser.inspect("landing-bank").await;
    browser.go(&stage.app.url(&format!("/landing/wait?token={}&refused=cancel", payment.token))).await;
    browser.inspect("landing-bank-cancel-refused").await;
    bank.open();
    until_phase(browser, "step-up").await;
    browser.inspect("landing-step-up").await;
}

async fn ended(stage: &Stage, browser: &Browser) {
    stage.app.psp.answer("look-6", [Reply::Fail(82)]);
    stage.app.psp.answer("look-7", [Reply::Close]);
    for (id, name) in [("look-5", "paid"), ("look-6", "failed"), ("look-7", "unclear")] {
        let payment = stage.payment(id).await;
        drop(stage.app.force_approve(&payment).await);
        inspect_result(stage, browser, &payment, &format!("landing-result-{name}")).await;
        if name == "paid" {
            browser.go(&payment.link).await;
            browser.inspect("landing-gone-used").await;
        }
    }
    let cancelled = stage.payment("look-8").await;
    lommebok_testkit::landing_page::LandingPage::open(&stage.app, &cancelled).await.cancel().await;
    inspect_result(stage, browser, &cancelled, "landing-result-cancelled").await;
    browser.go(&cancelled.link).await;
    browser.inspect("landing-gone-cancelled").await;
    let expired = stage.payment("look-9").await;
    stage.app.advance(Duration::from_mins(5)).await;
    inspect_result(stage, browser, &expired, "landing-result-expired").await;
    browser.go(&expired.link).await;
    browser.inspect("landing-gone-expired").await;
    browser.go(&format!("{}x", expired.link)).await;
    browser.inspect("landing-gone-unknown").await;
}

async fn in_language(language: Language) {
    let Some(browser) = super::browser(Device::Phone, language).await else { return };
    browser.hold_pages().await;
    let stage = super::stage(language).await;
    asking(&stage, &browser).await;
    waiting(&stage, &browser).await;
    ended(&stage, &browser).await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_landing_page_is_sound_in_norwegian() {
    in_language(Language::Norwegian).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_landing_page_is_sound_in_english() {
    in_language(Language::English).await;
}
