//! Several phones: each tab is one, two people are two, and a hidden tab holds no connection.

use lommebok_testkit::browser::Browser;

use crate::stage::Stage;

/// A request is listed when it has ended.
const ENDED_STREAMS: &str =
    "return performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/app/v1/events')).length";

#[tokio::test(flavor = "multi_thread")]
async fn each_tab_is_a_phone_of_its_own() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    let kari = browser.tab().await;
    browser.new_tab().await;
    stage.sign_in_as(&browser, "12345679", "Hello, Ola").await;
    browser.show(&kari).await;
    browser.reload().await;
    browser.sees("Hello, Kari").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_number_withdraws_the_first_phones_prompt_and_asks_the_second() {
    let (Some(mut kari), Some(ola)) = (Browser::phone().await, Browser::phone().await) else { return };
    kari.expect_status(404);
    let stage = Stage::set().await;
    stage.sign_in(&kari).await;
    stage.sign_in_as(&ola, "12345679", "Hello, Ola").await;
    let payment = stage.payment("two-1").await;
    stage.prompt(&payment, "12345678").await;
    kari.sees("Fjellkroa Kaffe asks for NOK 499.00").await;
    ola.does_not_see("Fjellkroa").await;

    let other = stage.payment("two-2").await;
    stage.prompt(&other, "12345678").await;
    kari.press("Fjellkroa Kaffe asks for").await;
    kari.sees("Pay with").await;
    for payment in [&payment, &other] {
        stage.prompt_again(payment, "12345679").await;
    }
    kari.sees("The payment was sent to another phone.").await;
    kari.sees("Nothing is waiting").await;
    kari.no_longer_sees("Fjellkroa Kaffe asks for").await;
    ola.press("Fjellkroa Kaffe asks for NOK 499.00").await;
    ola.press("Pay NOK 499.00").await;
    ola.sees("Paid").await;
    ola.close().await;
    kari.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_tab_closes_its_stream_and_catches_up_when_it_is_shown() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    assert_eq!(browser.script(ENDED_STREAMS, vec![]).await, 0);
    browser.minimise().await;
    browser.until("the stream has ended", &ENDED_STREAMS.replace(".length", ".length === 1")).await;
    let payment = stage.payment("hidden-1").await;
    stage.prompt(&payment, "12345678").await;
    browser.does_not_see("Fjellkroa").await;
    browser.restore().await;
    browser.sees("Fjellkroa Kaffe asks for NOK 499.00").await;
    browser.close().await;
    stage.strike().await;
}
