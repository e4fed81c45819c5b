//! Payment links on the phone: in the address, in the field, and what a link that is none or is over says.

use lommebok_testkit::browser::Browser;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn the_landing_pages_button_opens_the_payment_in_the_simulator_which_leads_back_to_the_shop() {
    let Some(browser) = Browser::desktop().await else { return };
    let stage = Stage::set().await;
    let payment = stage.payment("link-1").await;
    browser.go(&payment.link).await;
    let landing = browser.tab().await;
    browser.press("Open in the phone simulator").await;
    let phone = browser.opened_tab(std::slice::from_ref(&landing)).await;
    browser.fill("Mobile number", "12345678").await;
    assert!(!browser.address().await.contains("token"), "the link is a secret and not for the history");
    browser.fill("PIN", "1236").await;
    browser.press("Sign in").await;
    browser.sees("Payment to Fjellkroa Kaffe").await;
    browser.press("Pay NOK 499.00").await;
    browser.sees("Paid").await;
    browser.press("Back to the shop").await;
    browser.opened_tab(&[landing.clone(), phone]).await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    browser.show(&landing).await;
    browser.arrives_at(&stage.shop.url("/thanks")).await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_the_field_opens_its_payment_and_others_say_what_is_wrong_with_them() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_status(400);
    browser.expect_status(410);
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    let over = stage.app.approved("link-2").await;
    let open = async |link: String| {
        browser.fill("Open a payment link", &link).await;
        browser.press("Open").await;
    };
    open("https://shop.example/".to_owned()).await;
    browser.sees("This is not a payment link of this wallet.").await;
    open(format!("vippsMT://?token={}", over.token)).await;
    browser.sees("This payment is over, or it is another user's.").await;

    let expired = stage.payment("link-3").await;
    stage.app.advance(std::time::Duration::from_mins(5)).await;
    open(format!("vippsMT://?token={}", expired.token)).await;
    browser.sees("The link has expired: start again in the shop.").await;

    let payment = stage.payment_with("link-4", serde_json::json!({"isApp": true})).await;
    assert!(payment.link.starts_with("vippsMT://?token="));
    open(payment.link.clone()).await;
    browser.sees("Payment to Fjellkroa Kaffe").await;
    browser.press("Cancel the payment").await;
    browser.sees("The payment is cancelled").await;
    browser.sees("Back to the shop").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_while_a_link_is_being_opened_is_told_as_ever() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    browser.hold_answers("/app/v1/payments/open").await;
    let asked = stage.payment("link-5").await;
    let linked = stage.payment_with("link-6", serde_json::json!({"isApp": true})).await;
    browser.go(&stage.app.url(&format!("/phone?link={}", linked.link))).await;
    browser.has_read("/app/v1/payments").await;
    stage.prompt(&asked, "12345678").await;
    browser.sees("Fjellkroa Kaffe asks for NOK 499.00").await;
    browser.let_answers_go().await;
    browser.sees("Payment to Fjellkroa Kaffe").await;
    browser.does_not_see("Something went wrong").await;
    browser.close().await;
    stage.strike().await;
}
