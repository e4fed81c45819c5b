//! The landing page on a screen of a phone's size: the app is at hand there, and the code is not.

use std::time::Duration;

use lommebok_testkit::browser::{Browser, Line};
use serde_json::json;

use crate::stage::Stage;

/// Whether what `arguments[0]` finds is above what `arguments[1]` finds.
const STANDS_ABOVE: &str = "
const place = (selector) => document.querySelector(selector).getBoundingClientRect();
return place(arguments[0]).bottom <= place(arguments[1]).top;";

/// Whether what `arguments[0]` finds lies over what `arguments[1]` finds, wherever the page is scrolled to.
const LIES_OVER: &str = "
const [upper, lower] = [...arguments].map((selector) => document.querySelector(selector));
return ['start', 'center', 'end'].some((block) => {
  lower.scrollIntoView({ block, behavior: 'instant' });
  const [a, b] = [upper, lower].map((it) => it.getBoundingClientRect());
  return a.height > 0 && a.top < b.bottom && b.top < a.bottom && a.left < b.right && b.left < a.right;
});";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_leads_with_the_app_and_the_code_steps_back() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    let payment = stage.payment("phone-1").await;
    browser.go(&payment.link).await;
    for step in ["approval", "number"].iter().rev() {
        browser.until(step, &format!("return document.querySelector('main').dataset.phase === '{step}'")).await;
        for lower in ["form", ".qr", ".cancel"] {
            let order = browser.script(STANDS_ABOVE, vec![json!(".open-app a"), json!(lower)]).await;
            assert_eq!(order, json!(true), "{step}: the app stands above {lower}");
        }
        let last = browser.script(STANDS_ABOVE, vec![json!(".cancel"), json!(".qr")]).await;
        assert_eq!(last, json!(true), "{step}: the code stands last");
        browser.does_not_see("Phone at hand?").await;
        browser.does_not_see("Open in the phone simulator").await;
        if *step == "number" {
            browser.picture("landing-number.phone-screen").await;
            browser.press("Next").await;
        } else {
            browser.picture("landing-approval.phone-screen").await;
        }
    }
    let landing = browser.tab().await;
    browser.press("Open the app").await;
    browser.opened_tab(std::slice::from_ref(&landing)).await;
    browser.press("Kari Nordmann").await;
    browser.sees("Payment to Fjellkroa Kaffe").await;
    browser.press("Pay NOK 499.00").await;
    browser.sees("Paid").await;
    browser.close_tab(&landing).await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_never_lies_over_the_error_that_matters() {
    let (Some(mut landing), Some(mut phone)) = (Browser::phone().await, Browser::phone().await) else { return };
    for browser in [&mut landing, &mut phone] {
        browser.expect_lost_connections();
        browser.expect_status(400);
        browser.expect_status(409);
    }
    let stage = Stage::set().await;
    let line = Line::to(stage.app.base()).await;
    let payment = stage.payment("lost-1").await;
    landing.go(&line.through(&payment.link)).await;
    landing.fill("Mobile number", "1").await;
    landing.press("Next").await;
    landing.sees("Write the mobile number in eight digits.").await;

    phone.hold_pages().await; // sentences stay
    phone.go(&line.through(&stage.app.url("/phone"))).await;
    phone.press("Kari Nordmann").await;
    phone.sees("Hello, Kari").await;
    phone.fill("Open a payment link", "https://shop.example/").await;
    phone.press("Open").await;
    phone.sees("This is not a payment link of this wallet.").await;

    line.cut();
    landing.sees("No connection. Trying again …").await;
    landing.sees("Write the mobile number in eight digits.").await;
    assert_eq!(landing.script(LIES_OVER, vec![json!("[data-offline]"), json!("#number-wrong")]).await, json!(false));
    phone.sees("No connection. Trying again …").await;
    phone.press("Open").await;
    phone.sees("No connection. Try again.").await;
    phone.sees("This is not a payment link of this wallet.").await;
    for upper in ["[data-offline]", ".notice-connection", ".notice-sentence"] {
        for lower in [".notice-sentence", "h1"].iter().filter(|lower| **lower != upper) {
            let covered = phone.script(LIES_OVER, vec![json!(upper), json!(lower)]).await;
            assert_eq!(covered, json!(false), "{upper} over {lower}");
        }
    }
    phone.picture("phone-no-connection").await;
    line.mend();
    landing.no_longer_sees("No connection").await;
    phone.no_longer_sees("No connection").await;
    landing.close().await;
    phone.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_has_passed_is_not_called_a_deadline() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    browser.hold_answers("/landing/wait").await;
    let payment = stage.payment("past-1").await;
    stage.app.advance(Duration::from_secs(1)).await;
    browser.go(&payment.link).await;
    browser.sees("Valid for five minutes, until 12:05").await;
    // The clock of a page that can't be read any more goes on by itself.
    browser
        .script("document.querySelector('[data-wallet-clock]').dataset.standsAt = '2026-05-04T10:05:00.000Z'", vec![])
        .await;
    browser.no_longer_sees("until 12:05").await;
    browser.close().await;
    stage.strike().await;
}
