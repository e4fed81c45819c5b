//! The start page, the way back from 3-D Secure, and the pages for what went wrong.

use lommebok_testkit::browser::{Browser, Device, Language};
use lommebok_testkit::fake_psp::Reply;

use crate::stage::Stage;

async fn way_back(stage: &Stage, browser: &Browser) {
    stage.app.psp.answer("look-40", [Reply::SoftDecline(stage.shop.url("/bank")), Reply::Ok]);
    let payment = stage.payment("look-40").await;
    drop(stage.app.force_approve(&payment).await.succeeded());
    let back = stage.app.psp.requests_for("look-40")[0].operation_url("3dssuccess").expect("an address").to_owned();
    browser.forbid_scripts().await;
    browser.go(&back).await;
    browser.permit_scripts().await;
    browser.inspect("intercept-now").await;
    browser.go(&back.replace("responsecode=OK", "responsecode=YES&transactionId=1")).await;
    browser.until("it is refused", "return document.querySelector('main').dataset.returning === 'misread'").await;
    browser.inspect("intercept-misread").await;
    browser.go(&back).await;
    browser.until("it is taken", "return document.querySelector('main').dataset.returning === 'taken'").await;
    browser.inspect("intercept-taken").await;
    browser.go(&back).await;
    browser.until("it is over", "return document.querySelector('main').dataset.returning === 'over'").await;
    browser.inspect("intercept-over").await;
}

async fn in_language(language: Language) {
    let Some(mut browser) = super::browser(Device::Desktop, language).await else { return };
    browser.expect_status(403);
    browser.expect_status(421);
    let stage = super::stage(language).await;
    browser.go(&stage.app.url("/")).await;
    browser.inspect("start").await;
    // Browsers lead this name to this machine themselves, as a hostile name server would.
    browser.go(&stage.app.url("/phone").replace("127.0.0.1", "a-name-that-somebody-made-lead-here.localhost")).await;
    browser.sees("--allowed-host").await;
    browser.inspect("unknown-host").await;
    way_back(&stage, &browser).await;
    let payment = stage.payment("look-41").await;
    stage.shop.put("/form", &foreign_form(&stage.app.url("/landing/cancel"), &payment.token));
    browser.go(&stage.shop.url("/form")).await;
    browser.press("Win").await;
    browser.arrives_at(&stage.app.url("/landing/cancel")).await;
    browser.inspect("error-stale-form").await;
    assert_eq!(stage.app.state("look-41"), "AWAITING_USER", "another site's form changes nothing");
    browser.close().await;
    stage.strike().await;
}

fn foreign_form(action: &str, token: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"token\" value=\"{token}\">\
         <button>Win</button></form>"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_pages_are_sound_in_norwegian() {
    in_language(Language::Norwegian).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_pages_are_sound_in_english() {
    in_language(Language::English).await;
}
