//! The start page: whatever it points to is there, what it lets one copy is copied, and language and theme stay as chosen.

use lommebok_testkit::browser::Browser;
use lommebok_testkit::test_app::Answer;
use serde_json::Value;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn every_link_leads_to_something_and_the_tables_say_what_can_pay() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    browser.go(&stage.app.url("/")).await;
    let links =
        browser.script("return [...document.querySelectorAll('a[href]')].map((link) => link.href)", vec![]).await;
    let links: Vec<&str> = links.as_array().expect("links are a list").iter().filter_map(Value::as_str).collect();
    assert!(links.len() > 10, "{links:?}");
    for link in links {
        let (address, place) = link.split_once('#').unwrap_or((link, ""));
        let answer = Answer::to(stage.app.client().get(address)).await;
        // The dashboard says how one signs in.
        let expected = if address.ends_with("/dashboard") { 401 } else { 200 };
        assert_eq!(answer.status, expected, "{link}");
        assert!(place.is_empty() || answer.text.contains(&format!("id=\"{place}\"")), "{link}");
    }
    browser.sees("Visa •••• 1111 debit 12/2035 12345678 Yes").await;
    browser.sees("Visa •••• 2871 credit 09/2024 12345678 expired").await;
    browser.sees("Mastercard •••• 8031 debit 10/2033 12345678 gives no token").await;
    browser.sees("Kari Nordmann 4 cards, 2 of them can’t pay").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_copied_as_it_stands() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    // Held, because the button says so for a moment only.
    browser.hold_pages().await;
    browser.go(&stage.app.url("/")).await;
    browser.allow_reading_the_clipboard().await;
    browser.tab_to("Copy").await;
    browser.enter().await;
    browser.sees("Copied").await;
    let copied = browser.script("return navigator.clipboard.readText()", vec![]).await;
    assert_eq!(copied, "eval \"$(lommebok env)\"");
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_credential_is_copied_by_its_own_button() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    browser.hold_pages().await;
    browser.go(&stage.app.url("/")).await;
    browser.allow_reading_the_clipboard().await;
    let own = stage.app.sandbox().credentials.psps["nordlys"].clone();
    let expected = [("CLIENT_SECRET", own.client_secret.expose()), ("PSP_ID", &own.psp_id), ("MSN", "100001")];
    for (name, value) in expected {
        browser.press(&format!("Copy {name}")).await;
        browser.sees(&format!("Copied {name}")).await;
        assert_eq!(browser.script("return navigator.clipboard.readText()", vec![]).await, value, "{name}");
    }
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_forbids_copying_is_not_told_to_have_copied() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    browser.go(&stage.app.url("/")).await;
    browser.script("navigator.clipboard.writeText = () => Promise.reject(new Error('forbidden'))", vec![]).await;
    browser.press("Copy").await;
    browser.does_not_see("Copied").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn language_and_theme_stay_as_chosen_on_every_page() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    let theme = "return document.documentElement.dataset.theme";
    browser.go(&stage.app.url("/")).await;
    browser.sees("Payments from end to end, on your own machine.").await;
    assert_eq!(browser.script(theme, vec![]).await, "light");
    browser.press("Switch between light and dark").await;
    assert_eq!(browser.script(theme, vec![]).await, "dark");
    browser.press("Norsk").await;
    browser.sees("Betalinger fra ende til annen, på din egen maskin.").await;
    assert_eq!(browser.script(theme, vec![]).await, "dark");
    let payment = stage.payment("start-1").await;
    browser.go(&payment.link).await;
    browser.sees("Betal med Lommebok").await;
    browser.sees("499,00 kr").await;
    assert_eq!(browser.script(theme, vec![]).await, "dark");
    browser.press("English").await;
    browser.sees("Pay with Lommebok").await;
    browser.go(&stage.app.url("/phone")).await;
    browser.sees("With your mobile number and PIN.").await;
    browser.close().await;
    stage.strike().await;
}
