//! Whose phone is asked: the number is filled in, can be changed, must be one, and may be changed only so often.

use lommebok_testkit::browser::Browser;
use serde_json::json;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_none_is_told_at_its_field_and_prompts_nobody() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_status(400);
    let stage = Stage::set().await;
    let payment = stage.payment_with("number-1", json!({"customerMobileNumber": null})).await;
    browser.go(&payment.link).await;
    assert_eq!(browser.value_of("Mobile number").await, "");
    browser.fill("Mobile number", "1234567").await;
    browser.press("Next").await;
    browser.sees("Write the mobile number in eight digits.").await;
    assert_eq!(browser.focused().await, "Mobile number");
    assert_eq!(browser.value_of("Mobile number").await, "1234567", "what was typed is still there");
    assert_eq!(stage.app.state("number-1"), "AWAITING_USER");
    browser.fill("Mobile number", "0047 12-34-56-78").await;
    browser.press("Next").await;
    browser.sees("We sent a notification to 123 45 678").await;

    browser.press("Use another number").await;
    browser.fill("Mobile number", "none").await;
    browser.press("Send a notification").await;
    browser.sees("Write the mobile number in eight digits.").await;
    browser.sees("Open your app and approve").await;
    assert_eq!(stage.app.payment("number-1").prompts, 1);
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_phone_is_the_last_one_and_the_page_says_so() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    let payment = stage.payment("number-2").await;
    browser.go(&payment.link).await;
    browser.fill("Mobile number", "99999999").await;
    browser.press("Next").await;
    browser.sees("We sent a notification to 999 99 999").await;
    let late = browser.tab().await;

    browser.new_tab().await;
    browser.go(&payment.link).await;
    for number in ["12345679", "12345678"] {
        browser.press("Use another number").await;
        browser.fill("Mobile number", number).await;
        browser.press("Send a notification").await;
        browser.sees(&format!("to 123 45 {}", &number[5..])).await;
    }
    browser.sees("This payment has notified three phones and can notify no more.").await;
    browser.does_not_see("Use another number").await;

    browser.show(&late).await;
    browser.sees("This payment has notified three phones and can notify no more.").await;
    browser.press("Cancel and go back").await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_before_the_form_was_sent_does_not_take_its_answer_back() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_status(400);
    let stage = Stage::set().await;
    let payment = stage.payment("number-3").await;
    browser.hold_answers("/landing/wait").await;
    browser.go(&payment.link).await;
    browser.holds_an_answer().await;
    browser.fill("Mobile number", "1234567").await;
    browser.press("Next").await;
    browser.sees("Write the mobile number in eight digits.").await;
    browser.let_answers_go().await;
    browser.sees("Write the mobile number in eight digits.").await;
    assert_eq!(browser.value_of("Mobile number").await, "1234567");
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_whose_answer_broke_off_shows_what_came_of_it_and_no_lost_connection() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    let payment = stage.payment("number-4").await;
    browser.go(&payment.link).await;
    browser.break_next_answer("/landing/number").await;
    browser.press("Next").await;
    browser.broke_an_answer().await;
    browser.sees("We sent a notification to 123 45 678").await;
    browser.no_longer_sees("No connection").await;
    browser.close().await;
    stage.strike().await;
}
