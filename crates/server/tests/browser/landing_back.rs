//! The browser's Back: it cancels once the page was touched, and never otherwise.

use lommebok_testkit::browser::Browser;

use crate::stage::Stage;

/// The shop's page with the button that leads to the link, as a browser's history has it.
async fn come_from_the_shop(stage: &Stage, browser: &Browser, link: &str) {
    stage.shop.put("/cart", &format!("<h1>The cart</h1><p><a href=\"{link}\">Pay</a></p>"));
    browser.go(&stage.shop.url("/cart")).await;
    browser.press("Pay").await;
    browser.sees("Pay with Lommebok").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn back_after_a_touch_cancels_before_and_after_next() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    browser.hold_pages().await;
    for (id, goes_on) in [("back-1", false), ("back-2", true)] {
        let payment = stage.payment(id).await;
        come_from_the_shop(&stage, &browser, &payment.link).await;
        if goes_on {
            browser.press("Next").await;
            browser.sees("Open your app and approve").await;
        } else {
            browser.touch().await;
        }
        browser.back().await;
        browser.sees("The payment is cancelled").await;
        browser.let_page_go_on().await;
        browser.arrives_at(&stage.shop.url("/thanks")).await;
        assert_eq!(stage.app.state(id), "CANCELLED");
    }
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn back_without_a_touch_a_reload_and_closing_cancel_nothing() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    let payment = stage.payment("back-3").await;
    come_from_the_shop(&stage, &browser, &payment.link).await;
    browser.back().await;
    browser.sees("The cart").await;
    assert_eq!(stage.app.state("back-3"), "AWAITING_USER");

    browser.press("Pay").await;
    browser.sees("Pay with Lommebok").await;
    browser.touch().await;
    browser.reload().await;
    browser.sees("Pay with Lommebok").await;
    assert_eq!(stage.app.state("back-3"), "AWAITING_USER");
    browser.press("Next").await;
    browser.sees("Open your app and approve").await;
    browser.reload().await;
    browser.sees("We sent a notification to 123 45 678").await;
    assert_eq!(stage.app.state("back-3"), "AWAITING_APPROVAL");

    let shop = browser.tab().await;
    browser.new_tab().await;
    browser.go(&payment.link).await;
    browser.sees("Open your app and approve").await;
    browser.touch().await;
    browser.close_tab(&shop).await;
    browser.sees("Open your app and approve").await;
    assert_eq!(stage.app.state("back-3"), "AWAITING_APPROVAL");
    assert_eq!(stage.app.psp.requests(), [], "the PSP hears of none of it");
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn back_while_the_payment_is_processed_cancels_nothing() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    let bank = lommebok_testkit::fake_psp::Gate::new();
    stage.app.psp.answer("back-4", [lommebok_testkit::fake_psp::Reply::Ok.held_by(&bank)]);
    let payment = stage.payment("back-4").await;
    come_from_the_shop(&stage, &browser, &payment.link).await;
    browser.press("Next").await;
    browser.sees("Open your app and approve").await;
    drop(stage.approve_elsewhere().await);
    browser.sees("Processing the payment").await;
    browser.back().await;
    browser.sees("Processing the payment").await;
    bank.open();
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    assert_eq!(stage.app.state("back-4"), "RESERVED");
    browser.close().await;
    stage.strike().await;
}
