//! The dashboard: one signs in by a link, sees payments as they begin, reads what was said, and acts without a phone.

use lommebok_testkit::browser::Browser;
use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::test_app::Answer;
use reqwest::Method;
use serde_json::json;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_link_signs_in_and_a_payment_appears_as_it_begins_and_is_found() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    stage.open_dashboard(&browser).await;
    browser.sees("No payments yet").await;
    assert_eq!(browser.address().await, stage.app.url("/dashboard"), "the link's secret is in no address");
    stage.payment("dash-1").await;
    browser.sees("AWAITING_USER dash-1 NOK 499.00").await;
    stage.payment("dash-2").await;
    browser.sees("dash-2").await;
    browser.types("/").await;
    browser.types("dash-1").await;
    browser.enter().await;
    browser.arrives_at(&stage.app.url("/dashboard/payments/1")).await;
    browser.sees("Shop to PSP").await;
    browser.back().await;
    browser.types("jj").await;
    assert!(browser.focused().await.contains("dash-1"), "j goes from row to row");
    browser.enter().await;
    browser.arrives_at(&stage.app.url("/dashboard/payments/1")).await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_approved_on_its_page_and_each_arrow_opens_what_was_said() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    stage.app.psp.answer("dash-3", [Reply::SoftDecline(stage.shop.url("/bank")), Reply::Ok]);
    let payment = stage.payment("dash-3").await;
    stage.open_dashboard(&browser).await;
    browser.press("dash-3").await;
    browser.press("Approve").await;
    browser.sees("SOFT_DECLINE").await;
    browser.press("3-D Secure passed").await;
    browser.sees("RESERVED").await;
    browser.sees("The user’s part is over.").await;
    stage.app.report("dash-3", "CAPTURED", 10_000).await;
    browser.sees("CAPTURED NOK 100.00").await;
    let page = browser.script("return document.documentElement.outerHTML", vec![]).await;
    assert!(!page.as_str().expect("a page is a text").contains(&payment.token), "no secret is on the page");
    browser.press("init NOK 499.00").await;
    browser.sees("POST /psp/v3/psppayments/init").await;
    browser.sees("\"customerMobileNumber\"").await;
    browser.does_not_see(&payment.token).await;
    browser.back().await;
    browser.sees("CAPTURED NOK 100.00").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_done_no_more_is_refused_on_the_page() {
    let Some(mut browser) = Browser::desktop().await else { return };
    browser.expect_status(409);
    let stage = Stage::set().await;
    stage.payment("dash-4").await;
    stage.open_dashboard(&browser).await;
    browser.press("dash-4").await;
    browser.sees("Let it expire").await;
    // What changes meanwhile is not told here.
    browser
        .script("document.querySelectorAll('[data-live]').forEach((part) => part.removeAttribute('data-live'))", vec![])
        .await;
    drop(Answer::to(stage.app.control_call(Method::POST, "/payments/dash-4/cancel")).await.succeeded());
    browser.press("Let it expire").await;
    browser.sees("expire is not possible: the payment is CANCELLED").await;
    browser.sees("The payment is over.").await;
    browser.arrives_at(&stage.app.url("/dashboard/payments/1")).await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_moves_on_by_a_button_and_the_start_page_shows_what_was_said_last() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    stage.payment("dash-6").await;
    stage.open_dashboard(&browser).await;
    browser.press("Clock").await;
    browser.press("5 min").await;
    browser.sees("Deadlines on the way: 1").await;
    assert_eq!(stage.app.state("dash-6"), "EXPIRED");
    browser.go(&stage.app.url("/")).await;
    browser.sees("Recent traffic").await;
    stage.app.report("dash-6", "CANCELLED", 49_900).await;
    browser.sees("POST /psp/v3/psppayments/updatestatus").await;
    browser.press("Dashboard").await;
    browser.press("updatestatus").await;
    browser.press("No. 1").await;
    browser.sees("dash-6").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_is_seen_with_its_reason_the_moment_it_comes() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    stage.open_dashboard(&browser).await;
    browser.press("Exchanges").await;
    browser.press("Refused").await;
    browser.sees("Nothing was refused").await;
    let mut body = stage.app.init_body("dash-5");
    body["amount"] = json!(-1);
    assert_eq!(stage.app.send_init(&body).await.status, 400);
    browser.sees("amount.less.than.one the smallest amount is 100").await;
    browser.press("POST /psp/v3/psppayments/init").await;
    browser.sees("amount").await;
    browser.allow_reading_the_clipboard().await;
    browser.press("Copy as curl").await;
    browser.sees("Copied").await;
    let copied = browser.script("return navigator.clipboard.readText()", vec![]).await;
    assert!(copied.as_str().is_some_and(|text| text.contains("\"$TOKEN\"")), "{copied}");
    browser.close().await;
    stage.strike().await;
}
