//! A payment on the phone, from the notification to the outcome.

use std::time::Duration;

use lommebok_testkit::browser::Browser;
use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::landing_page::LandingPage;
use serde_json::json;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn the_push_leads_to_the_question_and_the_approval_shows_its_outcome() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    let bank = Gate::new();
    stage.app.psp.answer("phone-1", [Reply::Ok.held_by(&bank)]);
    stage.sign_in(&browser).await;
    browser.sees("Nothing is waiting").await;
    let payment = stage.payment("phone-1").await;
    stage.prompt(&payment, "12345678").await;
    browser.press("Fjellkroa Kaffe asks for NOK 499.00").await;
    for shown in ["Payment to Fjellkroa Kaffe", "NOK 499.00", "Order 1001", "To be approved before 12:05"] {
        browser.sees(shown).await;
    }
    browser.sees("Visa ···· 2871 Expired card").await;
    browser.sees("Mastercard ···· 8031 Cannot be used here").await;
    let usable = "return [...document.querySelectorAll('input[name=card]')].map((card) => !card.disabled)";
    assert_eq!(browser.script(usable, vec![]).await, json!([true, true, false, false]));
    browser.press("Mastercard ···· 0442").await;
    browser.press("Pay NOK 499.00").await;
    browser.sees("Paying …").await;
    bank.open();
    browser.sees("Paid").await;
    browser.sees("Mastercard ···· 0442").await;
    browser.does_not_see("Back to the shop").await;
    let sent = &stage.app.psp.requests_for("phone-1")[0];
    assert_eq!(sent.json["networkToken"]["tokenType"], "MASTERCARD");
    browser.press("Done").await;
    browser.sees("Latest").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_push_comes_within_a_second() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    // A busy machine slows some of three, a phone that asks only now and then slows all.
    let mut took = Vec::new();
    for amount in [101, 102, 103] {
        let payment = stage.payment_with(&format!("push-{amount}"), json!({"amount": amount})).await;
        stage.prompt(&payment, "12345678").await;
        let prompted = tokio::time::Instant::now();
        browser.sees(&format!("Fjellkroa Kaffe asks for NOK 1.0{}", amount - 100)).await;
        took.push(prompted.elapsed());
    }
    assert!(took.iter().any(|it| *it <= Duration::from_secs(1)), "{took:?}");
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_asks_before_the_phone_hears_of_changes_is_told_of() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    browser.hold_answers("/app/v1/events").await;
    stage.sign_in(&browser).await;
    browser.holds_an_answer().await;
    let payment = stage.payment("early-1").await;
    stage.prompt(&payment, "12345678").await;
    browser.let_answers_go().await;
    browser.sees("Fjellkroa Kaffe asks for NOK 499.00").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_reading_broke_off_reads_again_and_complains_of_nothing() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    for (amount, broken) in [(201, "/app/v1/payments"), (202, "/app/v1/receipts")] {
        browser.break_next_answer(broken).await;
        let payment = stage.payment_with(&format!("broken-{amount}"), json!({"amount": amount})).await;
        stage.prompt(&payment, "12345678").await;
        browser.broke_an_answer().await;
        browser.sees(&format!("See the payment NOK 2.0{}", amount - 200)).await;
        browser.does_not_see("No connection").await;
    }
    browser.close().await;
    stage.strike().await;
}

/// Two presses in one go, as of a finger that trembles; the page has no time in between.
const PRESS_CANCEL_TWICE: &str = r"
const cancel = [...document.querySelectorAll('button')].find((it) => it.textContent === 'Cancel the payment');
cancel.click();
cancel.click();";

#[tokio::test(flavor = "multi_thread")]
async fn cancel_that_is_pressed_twice_is_sent_once() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    stage.asked_payment(&browser, "twice-1", json!({})).await;
    browser.script(PRESS_CANCEL_TWICE, vec![]).await;
    browser.sees("The payment is cancelled").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_home_that_is_out_of_date_does_not_leave_an_old_question_behind() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    let payment = stage.payment("old-1").await;
    stage.prompt(&payment, "12345678").await;
    browser.sees("See the payment").await;
    browser.hold_answers("/app/v1/receipts").await;
    LandingPage::waiting(&stage.app, &payment).await.cancel().await;
    // By now home knows that the payment is over, but does not show it yet.
    browser.no_longer_sees("Fjellkroa Kaffe asks for").await;
    browser.holds_an_answer().await;
    browser.press("Fjellkroa Kaffe See the payment").await;
    browser.sees("Pay with").await;
    browser.let_answers_go().await;
    browser.sees("The payment is cancelled").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_cancelled_on_the_phone_and_the_psp_hears_of_it() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    stage.asked_payment(&browser, "phone-2", json!({})).await;
    browser.press("Cancel the payment").await;
    browser.sees("The payment is cancelled").await;
    browser.sees("Nothing was paid.").await;
    assert_eq!(stage.app.state("phone-2"), "CANCELLED");
    let notice = stage.app.psp.wait_for_payment("phone-2", 1).await;
    assert_eq!(notice[0].payment_state(), Some("USER_CANCEL"));
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_signs_in_approves_and_cancels() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    browser.go(&stage.app.url("/phone")).await;
    browser.sees("With your mobile number and PIN.").await;
    assert_eq!(browser.focused().await, "Mobile number");
    browser.types("12345678").await;
    browser.tab_to("PIN").await;
    browser.types("1236").await;
    browser.enter().await;
    browser.sees("Hello, Kari").await;
    for (id, choice, outcome) in
        [("keys-1", "Pay NOK", "Paid"), ("keys-2", "Cancel the payment", "The payment is cancelled")]
    {
        let payment = stage.payment(id).await;
        stage.prompt(&payment, "12345678").await;
        browser.sees("Fjellkroa Kaffe asks for").await;
        browser.tab_to("Fjellkroa Kaffe asks for").await;
        browser.enter().await;
        browser.sees("Pay with").await;
        browser.tab_to("Visa ···· 1111").await;
        browser.types("\u{e015}").await;
        browser.sees("Pay with").await;
        assert!(
            browser.focused().await.starts_with("Mastercard ···· 0442"),
            "the arrow chooses the next card that can pay"
        );
        browser.tab_to(choice).await;
        browser.enter().await;
        browser.sees(outcome).await;
        assert_eq!(browser.focused().await, outcome, "whoever can't see hears what came of it");
        browser.tab_to("Done").await;
        browser.enter().await;
        browser.sees("Hello, Kari").await;
    }
    assert_eq!((stage.app.state("keys-1"), stage.app.state("keys-2")), ("RESERVED", "CANCELLED"));
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_expires_on_the_screen_says_that_its_time_is_up() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    stage.asked_payment(&browser, "phone-3", json!({})).await;
    stage.app.advance(Duration::from_mins(5)).await;
    browser.sees("Time is up").await;
    browser.sees("Nothing was paid.").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_without_a_card_can_only_cancel() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in_as(&browser, "12345681", "Hello, Nils").await;
    let payment = stage.payment("phone-4").await;
    stage.prompt(&payment, "12345681").await;
    browser.press("Fjellkroa Kaffe asks for").await;
    browser.sees("You have no card that can be used for this payment.").await;
    let disabled = browser.script("return document.querySelector('[type=submit]').disabled", vec![]).await;
    assert_eq!(disabled, true);
    browser.press("Cancel the payment").await;
    browser.sees("The payment is cancelled").await;
    browser.press("Done").await;
    browser.press("Cards").await;
    browser.sees("No cards yet").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_lost_the_server_says_so_and_catches_up_when_it_is_back() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_lost_connections();
    let stage = Stage::set().await;
    let line = lommebok_testkit::browser::Line::to(stage.app.base()).await;
    browser.go(&line.through(&stage.app.url("/phone"))).await;
    browser.press("Kari Nordmann").await;
    browser.sees("Hello, Kari").await;
    line.cut();
    browser.sees("No connection. Trying again …").await;
    let payment = stage.payment("line-1").await;
    stage.prompt(&payment, "12345678").await;
    line.mend();
    browser.no_longer_sees("No connection").await;
    browser.press("Fjellkroa Kaffe asks for").await;
    browser.sees("Pay with").await;
    browser.close().await;
    stage.strike().await;
}
