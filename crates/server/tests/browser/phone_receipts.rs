//! Receipts on the phone: what was captured, released and refunded appears by itself, and older ones are a press away.

use lommebok_testkit::browser::Browser;
use serde_json::json;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn captures_and_refunds_appear_on_the_open_receipt() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.app.approved("receipt-1").await;
    stage.sign_in(&browser).await;
    browser.press("Receipts").await;
    browser.press("Fjellkroa Kaffe").await;
    browser.sees("Captured NOK 0.00").await;
    browser.sees("Visa ···· 1111").await;
    stage.app.report("receipt-1", "CAPTURED", 40_000).await;
    browser.sees("Captured NOK 400.00").await;
    stage.app.report("receipt-1", "CANCELLED", 9_900).await;
    browser.sees("Released NOK 99.00").await;
    stage.app.report("receipt-1", "REFUNDED", 15_050).await;
    browser.sees("Refunded NOK 150.50").await;
    let failed = json!([{"pspTransactionId": "receipt-1", "status": "REFUNDED", "amount": 100,
                         "operationStatus": "FAILED", "paymentText": "The refund bounced"}]);
    drop(stage.app.update_status(&failed).await.succeeded());
    browser.sees("Refunded (not carried out)").await;
    browser.sees("The refund bounced").await;
    browser.press("Back").await;
    browser.sees("Refunded NOK 150.50").await;
    browser.close().await;
    stage.strike().await;
}

/// Opens a receipt, presses the list's button before it is there, and comes back.
async fn press_older_and_leave(browser: &Browser) {
    const LEAVE: &str = r"
    const older = [...document.querySelectorAll('button')].find((it) => it.textContent === 'Show older');
    document.querySelector('.rows .row').click();
    older.click();";
    browser.script(LEAVE, vec![]).await;
    browser.sees("Captured NOK 0.00").await;
    browser.does_not_see("Something went wrong").await;
    browser.press("Back").await;
    browser.sees("NOK 100.04").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn older_receipts_are_shown_when_they_are_asked_for() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    for amount in 10_001..=10_023 {
        let payment = stage.payment_with(&format!("many-{amount}"), json!({"amount": amount})).await;
        drop(stage.app.force_approve(&payment).await.succeeded());
    }
    stage.sign_in(&browser).await;
    browser.press("See all").await;
    browser.sees("NOK 100.23").await;
    browser.sees("NOK 100.04").await;
    browser.does_not_see("NOK 100.03").await;
    press_older_and_leave(&browser).await;
    browser.press("Show older").await;
    browser.sees("NOK 100.01").await;
    browser.sees("NOK 100.23").await;
    browser.does_not_see("Show older").await;
    stage.app.report("many-10001", "CAPTURED", 10_001).await;
    stage.app.report("many-10001", "REFUNDED", 10_001).await;
    browser.sees("Refunded NOK 100.01").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_is_shown_a_page_at_a_time() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.app.approved("long-1").await;
    let capture = |amount: i64| json!({"pspTransactionId": "long-1", "status": "CAPTURED", "amount": amount});
    let captures: Vec<_> = (1..=120).map(capture).collect();
    drop(stage.app.update_status(&json!(captures)).await.succeeded());
    stage.sign_in(&browser).await;
    browser.press("Fjellkroa Kaffe").await;
    browser.sees("NOK 0.99").await;
    browser.does_not_see("NOK 1.00").await;
    browser.inspect("phone-receipt-long").await;
    browser.press("Show more").await;
    browser.sees("NOK 1.20").await;
    browser.does_not_see("Show more").await;
    // What comes later is on the pages that were asked for.
    stage.app.report("long-1", "REFUNDED", 121).await;
    browser.sees("Refunded NOK 1.21").await;
    browser.press("Back").await;
    browser.sees("Fjellkroa Kaffe").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_that_is_about_to_go_says_so() {
    const IS_BUSY: &str = "return document.querySelector('main').ariaBusy === 'true'";
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    browser.hold_answers("/app/v1/receipts").await;
    browser.press("Receipts").await;
    assert_eq!(browser.script(IS_BUSY, vec![]).await, true);
    browser.let_answers_go().await;
    browser.sees("No receipts yet").await;
    assert_eq!(browser.script(IS_BUSY, vec![]).await, false);
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_stays_where_it_is_when_home_changes_around_it() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.app.approved("focus-1").await;
    stage.sign_in(&browser).await;
    for (id, amount, focus) in [("focus-2", 202, "Hello, Kari"), ("focus-3", 203, "See all")] {
        if browser.focused().await != focus {
            browser.tab_to(focus).await;
        }
        let payment = stage.payment_with(id, json!({"amount": amount})).await;
        stage.prompt(&payment, "12345678").await;
        browser.sees(&format!("See the payment NOK 2.0{}", amount - 200)).await;
        assert_eq!(browser.focused().await, focus);
    }
    browser.close().await;
    stage.strike().await;
}
