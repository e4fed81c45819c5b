//! The clock that a person sees: the wallet's, by which deadlines go, also while it is set.

use std::time::Duration;

use lommebok_testkit::browser::Browser;
use serde_json::{Value, json};

use crate::stage::Stage;

/// The time in the phone's status bar.
async fn until_bar_shows(browser: &Browser, time: &str) {
    let script = format!("return document.querySelector('[data-clock]').textContent === '{time}'");
    browser.until(&format!("the status bar shows {time}"), &script).await;
}

async fn typed(browser: &Browser) -> Value {
    browser.script("return document.querySelector('#number').value", vec![]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phones_status_bar_shows_the_clock_that_its_deadlines_go_by() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    browser.go(&stage.app.url("/phone")).await;
    until_bar_shows(&browser, "12:00").await;
    stage.sign_in(&browser).await;
    until_bar_shows(&browser, "12:00").await;
    stage.app.advance(Duration::from_hours(3)).await;
    until_bar_shows(&browser, "15:00").await;
    stage.asked_payment(&browser, "clock-1", json!({})).await;
    browser.sees("To be approved before 15:05").await;
    stage.app.advance(Duration::from_mins(4)).await;
    until_bar_shows(&browser, "15:04").await;
    browser.sees("To be approved before 15:05").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_landing_page_says_what_the_wallets_clock_shows_where_the_readers_differs() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    let payment = stage.payment("clock-2").await;
    browser.go(&payment.link).await;
    browser.sees("Valid for five minutes, until 12:05; the wallet’s clock shows 12:00").await;
    browser.script("document.querySelector('#number').value = '9876'", vec![]).await;
    stage.app.advance(Duration::from_mins(4)).await;
    browser.sees("until 12:05; the wallet’s clock shows 12:04").await;
    assert_eq!(typed(&browser).await, "9876", "what was typed stays");
    browser.stand_at("2026-05-04T10:04:10Z").await;
    browser.reload().await;
    browser.sees("until 12:05").await;
    browser.does_not_see("the wallet’s clock").await;
    browser.close().await;
    stage.strike().await;
}
