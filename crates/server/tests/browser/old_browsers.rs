//! The pages in the oldest browsers that are supported, in ones whose script is stopped somewhere, and without
//! `Sec-Fetch-Site`: not equal, but usable.

use lommebok_testkit::browser::{Browser, Nginx};
use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::steady_address::steady_address;
use lommebok_testkit::test_app::TestApp;
use serde_json::json;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn an_old_browser_confirms_pays_and_cancels_on_the_landing_page() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_status(400);
    let stage = Stage::set().await;
    browser.become_old().await;
    browser.hold_pages().await;
    let payment = stage.payment("old-1").await;
    browser.go(&payment.link).await;
    browser.assert_is_old().await;
    browser.fill("Mobile number", "1").await;
    browser.press("Next").await;
    browser.sees("Write the mobile number in eight digits.").await;
    browser.fill("Mobile number", "99999999").await;
    browser.press("Next").await;
    browser.sees("We sent a notification to 999 99 999").await;
    browser.press("Use another number").await;
    browser.fill("Mobile number", "12345678").await;
    browser.press("Send a notification").await;
    browser.sees("We sent a notification to 123 45 678").await;
    drop(stage.approve_elsewhere().await);
    browser.sees("Paid").await;
    browser.let_page_go_on().await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    for (id, by_back) in [("old-2", false), ("old-3", true)] {
        stage.waiting_payment(&browser, id).await;
        if by_back {
            browser.back().await;
        } else {
            browser.press("Cancel and go back").await;
        }
        browser.sees("The payment is cancelled").await;
        assert_eq!(stage.app.state(id), "CANCELLED");
    }
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_browser_is_a_phone_with_every_screen() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    browser.become_old().await;
    stage.sign_in(&browser).await;
    browser.assert_is_old().await;
    stage.asked_payment(&browser, "old-4", json!({})).await;
    browser.press("Pay NOK 499.00").await;
    browser.sees("Paid").await;
    browser.press("Done").await;
    browser.press("Receipts").await;
    browser.press("Fjellkroa Kaffe").await;
    browser.sees("Captured").await;
    browser.press("Back").await;
    browser.press("Cards").await;
    browser.sees("Expires").await;
    browser.press("Home").await;
    let linked = stage.payment_with("old-5", json!({"isApp": true})).await;
    browser.fill("Open a payment link", &linked.link).await;
    browser.press("Open").await;
    browser.sees("Payment to Fjellkroa Kaffe").await;
    browser.press("Cancel the payment").await;
    browser.sees("The payment is cancelled").await;
    stage.shop.put("/bank", "<h1>Your bank</h1>");
    stage.app.psp.answer("old-6", [Reply::SoftDecline(stage.shop.url("/bank")), Reply::Ok]);
    browser.press("Done").await;
    stage.asked_payment(&browser, "old-6", json!({})).await;
    browser.press("Pay NOK 499.00").await;
    browser.sees("Confirm with your bank").await;
    let sent = stage.app.psp.wait_for_payment("old-6", 1).await;
    let phone = browser.tab().await;
    browser.new_tab().await;
    browser.become_old().await;
    browser.go(sent[0].operation_url("3dssuccess").expect("an address")).await;
    browser.sees("Thank you").await;
    browser.assert_is_old().await;
    browser.go(&stage.app.url("/")).await;
    browser.press("Switch between light and dark").await;
    browser.close_tab(&phone).await;
    browser.sees("Paid").await;
    browser.press("Done").await;
    browser.press("Profile").await;
    browser.press("Sign out").await;
    browser.sees("With your mobile number and PIN.").await;
    browser.close().await;
    stage.strike().await;
}

/// What stops a page's script, before it begins or in its course.
const STOPPED: [(&str, &str); 3] = [
    ("its file does not come", ""),
    ("it can't read a form", "delete window.FormData"),
    ("nothing answers it", "window.fetch = () => Promise.reject(new TypeError('blocked'))"),
];

#[tokio::test(flavor = "multi_thread")]
async fn where_the_script_can_not_go_on_the_browser_sends_the_form_and_reads_the_page_itself() {
    let walks = STOPPED.iter().enumerate().map(|(number, (why, script))| async move {
        let Some(mut browser) = Browser::phone().await else { return };
        browser.expect_lost_connections();
        browser.expect_complaint("FormData is not defined");
        let stage = Stage::set().await;
        if script.is_empty() {
            browser.block("*/landing.js").await;
        } else {
            browser.run_first(script).await;
        }
        let payment = stage.payment(&format!("stopped-{number}")).await;
        browser.go(&payment.link).await;
        browser.press("Next").await;
        browser.arrives_at(&stage.app.url("/landing/wait")).await;
        browser.sees("We sent a notification to 123 45 678").await;
        drop(stage.approve_elsewhere().await);
        browser.arrives_at(&stage.shop.url("/thanks")).await;
        assert_eq!(stage.app.state(&payment.id), "RESERVED", "{why}");
        let cancelled = stage.payment(&format!("stopped-cancel-{number}")).await;
        browser.go(&cancelled.link).await;
        browser.press("Cancel and go back").await;
        browser.arrives_at(&stage.shop.url("/thanks")).await;
        assert_eq!(stage.app.state(&cancelled.id), "CANCELLED", "{why}");
        browser.close().await;
        stage.strike().await;
    });
    futures_util::future::join_all(walks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_script_does_not_come_up_says_so() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_lost_connections();
    let stage = Stage::set().await;
    browser.block("*/phone/home.js").await;
    browser.go(&stage.app.url("/phone")).await;
    browser.sees("The phone did not start in this browser.").await;
    browser.close().await;
    stage.strike().await;
}

/// Safari before 16.4 sends no `Sec-Fetch-Site`, and no browser sends it to plain http.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_counts_where_no_header_says_what_site_it_is_from() {
    let Some(browser) = Browser::phone().await else { return };
    let address = steady_address();
    let app = TestApp::with_settings(&[("public_url", &format!("http://{address}"))]).await;
    let _nginx = Nginx::start_with(address, app.base(), "proxy_set_header Sec-Fetch-Site '';").await;
    let stage = Stage::with(app).await;
    for (id, by_script) in [("silent-1", true), ("silent-2", false)] {
        if !by_script {
            browser.forbid_scripts().await;
        }
        let payment = stage.payment(id).await;
        browser.go(&payment.link).await;
        browser.press("Next").await;
        browser.sees("Open your app and approve").await;
        browser.press("Cancel and go back").await;
        browser.arrives_at(&stage.shop.url("/thanks")).await;
        assert_eq!(stage.app.state(id), "CANCELLED");
    }
    stage.app.psp.answer("silent-3", [Reply::SoftDecline("https://3ds.example/".to_owned()), Reply::Ok]);
    let payment = stage.payment("silent-3").await;
    drop(stage.app.force_approve(&payment).await.succeeded());
    let sent = stage.app.psp.wait_for_payment("silent-3", 1).await;
    browser.go(sent[0].operation_url("3dssuccess").expect("an address")).await;
    browser.press("Back to the app").await;
    browser.sees("Thank you").await;
    browser.close().await;
    stage.strike().await;
}
