//! The phone on every screen: signing in, paying, confirming with the bank, looking back, and cut off from its server.
//!
//! Elements are found by what they are, not by what is written on them, because both languages walk the same way.

use std::time::Duration;

use lommebok_testkit::browser::{Browser, Device, Language, Line};
use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::test_app::Started;
use serde_json::{Value, json};

use crate::stage::Stage;

/// Waits until a selector finds something, whatever the language.
async fn until_there(browser: &Browser, selector: &str) {
    browser.until(selector, &format!("return document.querySelector('{selector}') !== null")).await;
}

/// Presses what a selector finds, whatever the language.
async fn press(browser: &Browser, selector: &str) {
    until_there(browser, selector).await;
    browser.script(&format!("document.querySelector('{selector}').click()"), vec![]).await;
}

async fn sign_in(stage: &Stage, browser: &Browser, number: &str) {
    let body = json!({"phoneNumber": number, "pin": "1236"});
    let post = stage.app.client().post(stage.app.url("/app/v1/sessions")).json(&body);
    let session = lommebok_testkit::test_app::Answer::to(post).await.succeeded().json["session"].clone();
    browser.go(&stage.app.url("/phone")).await;
    browser.script("sessionStorage.setItem('lommebok-session', arguments[0])", vec![session]).await;
    browser.reload().await;
    until_there(browser, "[data-shows=home]").await;
}

/// Has the phone ask about a payment; the notice is there when this returns.
async fn ask(stage: &Stage, browser: &Browser, id: &str, changes: Value) -> Started {
    let payment = stage.payment_with(id, changes).await;
    stage.prompt(&payment, "12345678").await;
    until_there(browser, "button.notice").await;
    payment
}

async fn signing_in(stage: &Stage, browser: &Browser) {
    browser.go(&stage.app.url("/phone")).await;
    until_there(browser, "#pin").await;
    browser.inspect("phone-sign-in").await;
    browser.script("document.querySelector('#phone-number').value = '12345678'", vec![]).await;
    press(browser, "[type=submit]").await;
    browser.until("the fault", "return document.querySelector('#sign-in-fault').textContent !== ''").await;
    browser.inspect("phone-sign-in-wrong").await;
    sign_in(stage, browser, "12345681").await;
    browser.inspect("phone-home-empty").await;
    for (index, name) in [(1, "receipts"), (2, "cards")] {
        browser.script(&format!("document.querySelectorAll('.tabs button')[{index}].click()"), vec![]).await;
        until_there(browser, &format!("[data-shows={name}]")).await;
        browser.inspect(&format!("phone-{name}-empty")).await;
    }
    let payment = stage.payment("look-20").await;
    stage.prompt(&payment, "12345681").await;
    press(browser, "button.notice").await;
    until_there(browser, "[data-shows=payment]").await;
    browser.inspect("phone-question-no-card").await;
}

async fn paying(stage: &Stage, browser: &Browser) {
    sign_in(stage, browser, "12345678").await;
    let bank = Gate::new();
    stage.app.psp.answer("look-21", [Reply::Ok.held_by(&bank)]);
    ask(stage, browser, "look-21", super::wordy()).await;
    browser.inspect("phone-push").await;
    press(browser, "button.notice").await;
    until_there(browser, "[data-shows=payment]").await;
    browser.inspect("phone-question-wordy").await;
    press(browser, ".sheet [type=submit]").await;
    until_there(browser, ".outcome .spinner").await;
    browser.inspect("phone-busy").await;
    bank.open();
    until_there(browser, ".badge-good").await;
    browser.inspect("phone-paid").await;
    press(browser, ".outcome-ways button").await;
    until_there(browser, "[data-shows=home]").await;

    stage.app.psp.answer("look-22", [Reply::Fail(89)]);
    stage.app.psp.answer("look-23", [Reply::Close]);
    for (id, name) in [("look-22", "refused"), ("look-23", "unclear")] {
        ask(stage, browser, id, json!({})).await;
        press(browser, "button.notice").await;
        press(browser, ".sheet [type=submit]").await;
        until_there(browser, ".badge-bad").await;
        browser.inspect(&format!("phone-{name}")).await;
        press(browser, ".outcome-ways button").await;
        until_there(browser, "[data-shows=home]").await;
    }
    let link = stage.payment("look-24").await;
    browser.go(&stage.app.url(&format!("/phone?link={}", link.token))).await;
    until_there(browser, "[data-shows=home]").await;
    browser.inspect("phone-bad-link").await;
}

async fn confirming(stage: &Stage, browser: &Browser) {
    stage.shop.put("/bank", "<h1>Your bank</h1><p>Confirm the payment of NOK 499.00.</p>");
    stage.app.psp.answer("look-25", [Reply::SoftDecline(stage.shop.url("/bank"))]);
    ask(stage, browser, "look-25", json!({})).await;
    press(browser, "button.notice").await;
    press(browser, ".sheet [type=submit]").await;
    until_there(browser, ".bank-frame").await;
    browser.inspect("phone-step-up").await;
    press(browser, ".bank-ways button").await;
    until_there(browser, ".badge-warn").await;
    browser.inspect("phone-cancelled").await;
    press(browser, ".outcome-ways button").await;
    ask(stage, browser, "look-26", json!({})).await;
    press(browser, "button.notice").await;
    until_there(browser, "[data-shows=payment]").await;
    stage.app.advance(Duration::from_mins(5)).await;
    until_there(browser, ".badge-warn").await;
    browser.inspect("phone-expired").await;
    press(browser, ".outcome-ways button").await;
    until_there(browser, "[data-shows=home]").await;
}

async fn looking_back(stage: &Stage, browser: &Browser) {
    for (number, amount) in (30..52).zip((37_500..).step_by(1_250)) {
        let payment = stage.payment_with(&format!("look-{number}"), json!({"amount": amount})).await;
        drop(stage.app.force_approve(&payment).await.succeeded());
    }
    stage.app.report("look-51", "CAPTURED", 50_000).await;
    stage.app.report("look-51", "REFUNDED", 12_345).await;
    ask(stage, browser, "look-60", json!({})).await;
    press(browser, "button.notice").await;
    press(browser, ".back").await;
    until_there(browser, ".ask").await;
    browser.inspect("phone-home").await;
    press(browser, ".avatar").await;
    until_there(browser, "[data-shows=profile]").await;
    browser.inspect("phone-profile").await;
    press(browser, ".back").await;
    for (index, name) in [(1, "receipts"), (2, "cards")] {
        until_there(browser, "[data-shows=home], [data-shows=receipts]").await;
        browser.script(&format!("document.querySelectorAll('.tabs button')[{index}].click()"), vec![]).await;
        until_there(browser, &format!("[data-shows={name}]")).await;
        browser.inspect(&format!("phone-{name}")).await;
    }
    browser.script("document.querySelectorAll('.tabs button')[1].click()", vec![]).await;
    press(browser, ".rows .row").await;
    until_there(browser, "[data-shows=receiptDetail]").await;
    browser.inspect("phone-receipt").await;
}

async fn in_language(language: Language) {
    let Some(mut browser) = super::browser(Device::Phone, language).await else { return };
    browser.expect_lost_connections();
    let stage = super::stage(language).await;
    signing_in(&stage, &browser).await;
    paying(&stage, &browser).await;
    confirming(&stage, &browser).await;
    looking_back(&stage, &browser).await;
    let line = Line::to(stage.app.base()).await;
    browser.go(&line.through(&stage.app.url("/phone"))).await;
    press(&browser, ".person, .quick-person").await;
    until_there(&browser, "[data-shows=home]").await;
    line.cut();
    until_there(&browser, "[data-offline]:not([hidden])").await;
    browser.inspect("phone-offline").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_is_sound_in_norwegian() {
    in_language(Language::Norwegian).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_is_sound_in_english() {
    in_language(Language::English).await;
}
