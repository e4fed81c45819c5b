//! Signing in on the phone: the PIN, its limit of tries, and users that must look the same.

use std::time::Duration;

use lommebok_testkit::browser::{Browser, Language};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_is_told_and_the_fifth_locks_for_a_minute_and_the_next_for_two() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_status(401);
    browser.expect_status(429);
    let stage = Stage::set().await;
    browser.go(&stage.app.url("/phone")).await;
    browser.sees("This is a simulation. No money moves.").await;
    for _ in 0..5 {
        browser.fill("Mobile number", "(+47) 12 34 56 78").await;
        browser.fill("PIN", "0000").await;
        browser.press("Sign in").await;
        browser.sees("The number or the PIN is wrong.").await;
        assert_eq!(browser.focused().await, "PIN");
    }
    browser.fill("PIN", "1236").await;
    browser.press("Sign in").await;
    browser.sees("Too many tries. Try again in 60 seconds.").await;
    stage.app.advance(Duration::from_mins(1)).await;
    browser.fill("PIN", "0000").await;
    browser.press("Sign in").await;
    browser.sees("The number or the PIN is wrong.").await;
    browser.fill("PIN", "1236").await;
    browser.press("Sign in").await;
    browser.sees("Too many tries. Try again in 2 minutes.").await;
    stage.app.advance(Duration::from_mins(2)).await;
    browser.fill("PIN", "1236").await;
    browser.press("Sign in").await;
    browser.sees("Hello, Kari").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_has_signed_in_before_is_not_locked_out_by_a_stranger() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    browser.press("Profile").await;
    browser.press("Sign out").await;
    browser.sees("With your mobile number and PIN.").await;
    let stranger = async |pin: &str| {
        let body = serde_json::json!({"phoneNumber": "12345678", "pin": pin});
        let call = stage.app.client().post(stage.app.url("/app/v1/sessions")).json(&body);
        call.send().await.expect("an answer").status().as_u16()
    };
    for _ in 0..5 {
        assert_eq!(stranger("0000").await, 401);
    }
    assert_eq!(stranger("1236").await, 429);
    browser.fill("Mobile number", "12345678").await;
    browser.fill("PIN", "1236").await;
    browser.press("Sign in").await;
    browser.sees("Hello, Kari").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_come_in_the_readers_language() {
    let Some(mut browser) = Browser::open(lommebok_testkit::browser::Device::Phone, Language::Norwegian).await else {
        return;
    };
    browser.expect_status(401);
    browser.expect_status(400);
    let stage = Stage::set().await;
    browser.go(&stage.app.url("/phone")).await;
    browser.fill("Mobilnummer", "12345678").await;
    browser.fill("PIN-kode", "9999").await;
    browser.press("Logg inn").await;
    browser.sees("Nummeret eller PIN-koden er feil.").await;
    browser.fill("PIN-kode", "1236").await;
    browser.press("Logg inn").await;
    browser.sees("Hei, Kari").await;
    browser.fill("Åpne betalingslenke", "vippsMT://?token=nothing").await;
    browser.press("Åpne").await;
    browser.sees("Dette er ikke en betalingslenke fra denne lommeboken.").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_keeps_the_session_and_signing_out_ends_it() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    browser.reload().await;
    browser.sees("Hello, Kari").await;
    browser.press("Profile").await;
    browser.sees("+47 123 45 678").await;
    browser.press("Sign out").await;
    browser.sees("With your mobile number and PIN.").await;
    browser.reload().await;
    browser.sees("With your mobile number and PIN.").await;
    browser.press("Ola Nordmann").await;
    browser.sees("Hello, Ola").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_by_itself_leads_back_to_signing_in() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_status(401);
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    stage.app.advance(Duration::from_hours(12)).await;
    browser.sees("You are signed out. Sign in again.").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_signed_out_meanwhile_tells_of_no_payment() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    let payment = stage.payment("signed-out-1").await;
    browser.hold_answers("/app/v1/payments").await;
    stage.prompt(&payment, "12345678").await;
    browser.holds_an_answer().await;
    browser.press("Profile").await;
    browser.press("Sign out").await;
    browser.sees("With your mobile number and PIN.").await;
    browser.let_answers_go().await;
    browser.does_not_see("Fjellkroa Kaffe").await;
    browser.press("Ola Nordmann").await;
    browser.sees("Hello, Ola").await;
    browser.does_not_see("Fjellkroa Kaffe").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_an_earlier_session_leaves_the_new_one_alone() {
    let Some(mut browser) = Browser::desktop().await else { return };
    browser.expect_status(401);
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    browser.hold_answers("/app/v1/sessions/current").await;
    for session in ["sessionStorage.getItem('lommebok-session')", "'over long ago'"] {
        browser.script(&format!("sessionStorage.setItem('lommebok-session', {session})"), vec![]).await;
        browser.reload().await;
        browser.holds_an_answer().await;
        browser.press("Ola Nordmann").await;
        browser.sees("Hello, Ola").await;
        browser.let_answers_go().await;
        browser.sees("Hello, Ola").await;
        browser.does_not_see("You are signed out").await;
    }
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_somebody_who_signed_out_meanwhile_is_not_shown_to_the_next() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    stage.asked_payment(&browser, "next-1", serde_json::json!({})).await;
    let waiting = stage.app.first_phone().await.waiting().await;
    browser.hold_answers(&format!("/app/v1/payments/{}/cancel", waiting[0].id)).await;
    browser.press("Cancel the payment").await;
    browser.holds_an_answer().await;
    browser.sees("The payment is cancelled").await;
    browser.press("Done").await;
    browser.press("Profile").await;
    browser.press("Sign out").await;
    browser.press("Ola Nordmann").await;
    browser.sees("Hello, Ola").await;
    browser.let_answers_go().await;
    browser.sees("Hello, Ola").await;
    browser.does_not_see("The payment is cancelled").await;
    browser.close().await;
    stage.strike().await;
}
