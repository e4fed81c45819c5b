//! Pages that wait, when their event stream brings nothing: behind a proxy that knows nothing of streams, on a connection that
//! died in silence, or where something refuses it.

use std::time::Duration;

use lommebok_testkit::browser::{Browser, Nginx, StreamFault};
use lommebok_testkit::steady_address::steady_address;
use lommebok_testkit::test_app::TestApp;

use crate::stage::Stage;

/// A wallet behind a plain nginx, whose address it was told.
async fn behind_nginx() -> (Stage, Nginx) {
    let address = steady_address();
    let app = TestApp::with_settings(&[("public_url", &format!("http://{address}"))]).await;
    let nginx = Nginx::start(address, app.base()).await;
    (Stage::with(app).await, nginx)
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_plain_nginx_the_landing_page_shows_each_change_and_leaves_for_the_shop() {
    let Some(browser) = Browser::phone().await else { return };
    let (stage, nginx) = behind_nginx().await;
    browser.hold_pages().await;
    let payment = stage.waiting_payment(&browser, "nginx-1").await;
    assert!(payment.link.starts_with(&nginx.base()), "{}", payment.link);
    drop(stage.approve_elsewhere().await);
    browser.sees("Paid").await;
    browser.let_page_go_on().await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    stage.waiting_payment(&browser, "nginx-2").await;
    stage.app.advance(Duration::from_mins(5)).await;
    browser.sees("Time is up").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_plain_nginx_the_phone_hears_of_a_payment_and_how_it_ends() {
    let Some(browser) = Browser::phone().await else { return };
    let (stage, nginx) = behind_nginx().await;
    browser.go(&format!("{}/phone", nginx.base())).await;
    browser.press("Kari Nordmann").await;
    browser.sees("Hello, Kari").await;
    stage.asked_payment(&browser, "nginx-3", serde_json::json!({})).await;
    stage.app.advance(Duration::from_mins(5)).await;
    browser.sees("Time is up").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_an_nginx_that_the_wallet_was_not_told_of_a_form_names_the_setting_that_mends_it() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_status(403);
    let stage = Stage::set().await;
    let nginx = Nginx::start(steady_address(), stage.app.base()).await;
    let payment = stage.payment("nginx-4").await;
    browser.go(&payment.link.replace(stage.app.base(), &nginx.base())).await;
    browser.press("Next").await;
    browser.sees("The wallet was opened at the wrong address").await;
    browser.sees(&format!("The browser is at {}, but this wallet believes that it is at", nginx.base())).await;
    browser.sees(&format!("start the wallet with --public-url {}", nginx.base())).await;
    browser.does_not_see("cookies").await;
    assert_eq!(stage.app.state("nginx-4"), "AWAITING_USER");
    browser.inspect("error-other-address").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_landing_page_goes_on_whatever_its_stream_does() {
    let Some(mut browser) = Browser::desktop().await else { return };
    browser.expect_lost_connections();
    let stage = Stage::set().await;
    let mut windows = Vec::new();
    // In the last one the questions don't come through either: it reads itself.
    let faults = StreamFault::ALL.map(|fault| (fault, true));
    for (fault, asks) in faults.into_iter().chain([(StreamFault::NeverAnswers, false)]) {
        windows.push(browser.new_window().await);
        browser.hold_pages().await;
        browser.spoil_stream("/landing/events", fault).await;
        if !asks {
            browser.block("*/landing/status*").await;
        }
        stage.waiting_payment(&browser, &format!("stream-{fault:?}-{asks}")).await;
    }
    for window in &windows {
        browser.show(window).await;
        browser.has_read("/landing/wait").await;
    }
    stage.app.advance(Duration::from_mins(5)).await;
    for window in &windows {
        browser.show(window).await;
        browser.sees("Time is up").await;
        browser.no_longer_sees("No connection").await;
        assert!(browser.spoiled_streams().await > 0);
        assert_eq!(browser.script("return window.wasHidden", vec![]).await, false, "it went on while it was looked at");
    }
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_landing_page_that_nobody_looks_at_goes_on_to_the_shop() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    stage.waiting_payment(&browser, "hidden-1").await;
    browser.minimise().await;
    drop(stage.approve_elsewhere().await);
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_goes_on_whatever_its_stream_does() {
    let faults = [StreamFault::NeverAnswers, StreamFault::OnlyComments].map(|fault| async move {
        let Some(browser) = Browser::phone().await else { return };
        let stage = Stage::set().await;
        browser.spoil_stream("/app/v1/events", fault).await;
        stage.sign_in(&browser).await;
        let payment = stage.payment("stream-1").await;
        stage.prompt(&payment, "12345678").await;
        browser.sees("Fjellkroa Kaffe asks for NOK 499.00").await;
        browser.press("Fjellkroa Kaffe asks for").await;
        browser.sees("Pay with").await;
        stage.app.advance(Duration::from_mins(5)).await;
        browser.sees("Time is up").await;
        browser.does_not_see("No connection").await;
        browser.close().await;
        stage.strike().await;
    });
    futures_util::future::join_all(faults).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_falls_silent_is_followed_by_another() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    browser.spoil_stream("/landing/events", StreamFault::FallsSilent).await;
    browser.hold_timer("silent").await;
    let payment = stage.payment("silent-1").await;
    browser.go(&payment.link).await;
    browser.until("the stream is watched", "return window.heldTimers.length > 0").await;
    assert_eq!(browser.script("return window.heldForMs", vec![]).await, 25_000, "a comment is promised every 15 s");
    assert_eq!(browser.spoiled_streams().await, 1);
    browser.let_page_go_on().await;
    browser.until("another stream is asked for", "return window.spoiled > 1").await;
    browser.close().await;
    stage.strike().await;
}
