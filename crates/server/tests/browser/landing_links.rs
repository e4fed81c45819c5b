//! Links that lead to nothing any more: each says what happened and what to do next, and leads nowhere by itself.

use std::time::Duration;

use lommebok_testkit::browser::{Browser, Document, Site};
use lommebok_testkit::landing_page::LandingPage;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn expired_used_cancelled_and_unknown_links_say_what_happened_and_what_to_do() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_status(410);
    browser.expect_status(404);
    let stage = Stage::set().await;

    let used = stage.app.approved("used-1").await;
    browser.go(&used.link).await;
    browser.sees("The link has been used").await;
    browser.sees("The receipt is in the app, and the order is with the shop.").await;
    browser.sees("Back to Fjellkroa Kaffe").await;

    let cancelled = stage.payment("cancelled-1").await;
    LandingPage::open(&stage.app, &cancelled).await.cancel().await;
    browser.go(&cancelled.link).await;
    browser.sees("The payment was cancelled").await;
    browser.sees("start again in the shop").await;

    let expired = stage.payment("expired-1").await;
    stage.app.advance(Duration::from_mins(5)).await;
    browser.go(&expired.link).await;
    browser.sees("The link has expired").await;
    browser.sees("A payment link is valid for five minutes. Nothing was paid.").await;
    browser.press("Back to Fjellkroa Kaffe").await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;

    let mut unknown = expired.link.clone();
    unknown.truncate(unknown.len() - 1);
    browser.go(&unknown).await;
    browser.sees("We do not know this link").await;
    browser.sees("It may have been copied in part").await;
    browser.does_not_see("Fjellkroa").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_at_the_end_shows_the_result_again_and_leads_to_the_shop() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    // Held, so that the test is faster than the page's own leaving.
    browser.hold_pages().await;
    let payment = stage.waiting_payment(&browser, "again-1").await;
    drop(stage.approve_elsewhere().await);
    browser.sees("Paid").await;
    browser.reload().await;
    browser.sees("Paid").await;
    browser.does_not_see("The link has been used").await;
    browser.go(&payment.link).await;
    browser.sees("Paid").await;
    browser.press("Back to the shop").await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_a_shop_opens_in_two_tabs_works_in_either() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    for (id, [goes_on, cancels]) in [("tabs-1", [0, 1]), ("tabs-2", [1, 0])] {
        let payment = stage.payment(id).await;
        stage.shop.put("/cart", &format!("<h1>The cart</h1><p><a href=\"{}\">Pay</a></p>", payment.link));
        let mut tabs = Vec::new();
        for _ in 0..2 {
            tabs.push(browser.new_tab().await);
            browser.go(&stage.shop.url("/cart")).await;
            browser.press("Pay").await;
            browser.sees("Pay with Lommebok").await;
        }
        browser.show(&tabs[goes_on]).await;
        browser.press("Next").await;
        browser.sees("We sent a notification to 123 45 678").await;
        browser.show(&tabs[cancels]).await;
        browser.sees("We sent a notification to 123 45 678").await;
        browser.press("Cancel and go back").await;
        for tab in &tabs {
            browser.show(tab).await;
            browser.arrives_at(&stage.shop.url("/thanks")).await;
        }
        assert_eq!(stage.app.state(id), "CANCELLED");
    }
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_shows_anything_in_a_frame_of_another_site() {
    let Some(mut browser) = Browser::desktop().await else { return };
    browser.expect_refused_frames();
    let stage = Stage::set().await;
    let payment = stage.payment("framed-1").await;
    let wait = stage.app.url(&format!("/landing/wait?token={}", payment.token));
    let intercept = stage.app.url("/mobileintercept?transactionId=00000000000000000000000000000000&responsecode=OK");
    for address in [payment.link.clone(), wait, stage.app.url("/"), stage.app.url("/phone"), intercept] {
        frame(&stage.shop, &address);
        browser.go(&stage.shop.url("/evil")).await;
        browser.sees("Free money").await;
        browser.enter_frame("iframe").await;
        assert_eq!(
            browser.script("return document.querySelectorAll('main, form, a[href^=\"/\"]').length", vec![]).await,
            0
        );
        for ours in ["Lommebok", "Fjellkroa", "499"] {
            browser.does_not_see(ours).await;
        }
        browser.leave_frame().await;
    }
    assert_eq!(stage.app.state("framed-1"), "AWAITING_USER");
    browser.close().await;
    stage.strike().await;
}

fn frame(site: &Site, address: &str) {
    let body = format!("<h1>Free money</h1><iframe src=\"{address}\" width=\"800\" height=\"600\"></iframe>");
    site.put_document("/evil", Document { body, headers: Vec::new() });
}
