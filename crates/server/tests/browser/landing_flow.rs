//! The landing page from the link to the shop: with the mouse, with the keyboard, and cancelled.

use std::time::Duration;

use lommebok_testkit::browser::Browser;
use lommebok_testkit::fake_psp::{Gate, Reply};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_each_change_and_ends_in_the_shop() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    browser.hold_pages().await;
    let bank = Gate::new();
    stage.app.psp.answer("flow-1", [Reply::Ok.held_by(&bank)]);
    let payment = stage.payment("flow-1").await;
    browser.go(&payment.link).await;
    for shown in
        ["Fjellkroa Kaffe", "NOK 499.00", "Order 1001", "Valid for five minutes, until 12:05", "Phone at hand?"]
    {
        browser.sees(shown).await;
    }
    assert_eq!(browser.value_of("Mobile number").await, "12345678");
    browser.press("Next").await;
    browser.sees("We sent a notification to 123 45 678").await;
    assert_eq!(stage.app.state("flow-1"), "AWAITING_APPROVAL");

    drop(stage.approve_elsewhere().await);
    browser.sees("Processing the payment").await;
    browser.does_not_see("Cancel and go back").await;
    bank.open();
    browser.sees("Paid").await;
    browser.let_page_go_on().await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    browser.close().await;
    stage.strike().await;
}

/// Makes a payment and answers how long the page took to show the slower of its last two changes.
async fn slower_change(stage: &Stage, browser: &Browser, id: &str) -> Duration {
    let bank = Gate::new();
    stage.app.psp.answer(id, [Reply::Ok.held_by(&bank)]);
    stage.waiting_payment(browser, id).await;
    drop(stage.approve_elsewhere().await);
    let approved = tokio::time::Instant::now();
    browser.sees("Processing the payment").await;
    let processing = approved.elapsed();
    bank.open();
    stage.app.until_state(id, "RESERVED").await;
    let reserved = tokio::time::Instant::now();
    browser.sees("Paid").await;
    processing.max(reserved.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_each_change_within_a_second() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    browser.hold_pages().await;
    // A busy machine slows some of three, a page that asks only now and then slows all.
    let mut took = Vec::new();
    for id in ["second-1", "second-2", "second-3"] {
        took.push(slower_change(&stage, &browser, id).await);
    }
    assert!(took.iter().any(|it| *it <= Duration::from_secs(1)), "{took:?}");
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_and_go_back_cancels_and_leads_to_the_shop() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    browser.hold_pages().await;
    for (id, is_waiting) in [("cancel-1", false), ("cancel-2", true)] {
        let payment = stage.payment(id).await;
        browser.go(&payment.link).await;
        if is_waiting {
            browser.press("Next").await;
            browser.sees("Open your app and approve").await;
        }
        browser.press("Cancel and go back").await;
        browser.sees("The payment is cancelled").await;
        browser.let_page_go_on().await;
        browser.arrives_at(&stage.shop.url("/thanks")).await;
        assert_eq!(stage.app.state(id), "CANCELLED");
        let notice = stage.app.psp.wait_for_payment(id, 1).await;
        assert_eq!(notice[0].payment_state(), Some("USER_CANCEL"));
    }
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_nobody_approves_ends_in_the_shop_when_its_time_is_up() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    browser.hold_pages().await;
    stage.waiting_payment(&browser, "late-1").await;
    stage.app.advance(Duration::from_mins(5)).await;
    browser.sees("Time is up").await;
    browser.sees("Nothing was paid").await;
    browser.let_page_go_on().await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_confirms_and_cancels() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    let payment = stage.payment("keys-1").await;
    browser.go(&payment.link).await;
    browser.tab_to("Skip to content").await;
    browser.tab_to("Mobile number").await;
    browser.enter().await;
    browser.sees("Open your app and approve").await;
    assert_eq!(browser.focused().await, "Open your app and approve", "whoever can't see hears what came of it");
    browser.tab_to("Use another number").await;
    browser.enter().await;
    browser.tab_to("Mobile number").await;
    browser.types("12345679").await;
    browser.enter().await;
    browser.sees("We sent a notification to 123 45 679").await;
    browser.tab_to("Cancel and go back").await;
    browser.enter().await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    assert_eq!(stage.app.state("keys-1"), "CANCELLED");
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_lost_its_server_says_so_and_shows_in_the_end_what_happened_meanwhile() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_lost_connections();
    let stage = Stage::set().await;
    let line = lommebok_testkit::browser::Line::to(stage.app.base()).await;
    let payment = stage.payment("line-1").await;
    browser.hold_pages().await;
    browser.go(&line.through(&payment.link)).await;
    browser.press("Next").await;
    browser.sees("Open your app and approve").await;
    line.cut();
    browser.sees("No connection. Trying again …").await;
    drop(stage.approve_elsewhere().await);
    line.mend();
    browser.sees("Paid").await;
    browser.does_not_see("No connection").await;
    browser.let_page_go_on().await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_reading_broke_off_reads_again_by_itself() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    browser.hold_pages().await;
    stage.waiting_payment(&browser, "broken-1").await;
    browser.break_next_answer("/landing/wait").await;
    stage.app.advance(Duration::from_mins(5)).await;
    browser.broke_an_answer().await;
    browser.sees("Time is up").await;
    browser.close().await;
    stage.strike().await;
}
