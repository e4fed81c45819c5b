//! 3-D Secure inside the phone: the bank's page in a frame or a tab of its own, and the three ways back.

use lommebok_testkit::browser::{Browser, Document};
use lommebok_testkit::fake_psp::{Gate, Reply};
use serde_json::json;

use crate::stage::Stage;

/// A bank's page needs its cookies and scripts, and our own return page comes into the same frame.
const OWN_PAGE_IN_A_SANDBOX: &str = "can escape its sandboxing";

/// Approves a payment that the bank wants to see confirmed, on a phone that is signed in.
async fn step_up(stage: &Stage, browser: &Browser, id: &str) {
    let psp = Gate::new();
    let soft_decline = Reply::SoftDecline(stage.shop.url("/bank"));
    stage.app.psp.answer(id, [soft_decline.held_by(&psp), Reply::Ok]);
    stage.asked_payment(browser, id, json!({})).await;
    browser.press("Pay NOK 499.00").await;
    stage.app.psp.wait_for_payment(id, 1).await;
    stage.shop.put("/bank", &bank_page(stage, id));
    psp.open();
    browser.sees("Confirm with your bank").await;
}

/// The bank's page, once the PSP knows where its ways lead.
fn bank_page(stage: &Stage, id: &str) -> String {
    let sent = &stage.app.psp.requests_for(id)[0];
    let way = |operation: &str, name: &str| {
        let url = sent.operation_url(operation).expect("the operation has an address");
        format!("<p><a href=\"{url}\">{name}</a></p>")
    };
    format!(
        "<h1>Your bank</h1>{}{}{}",
        way("3dssuccess", "Confirm"),
        way("3dscancel", "Give up"),
        way("3dsfailure", "Three wrong codes")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_three_ways_back_from_the_bank_end_the_payment_each_in_its_own_way() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_complaint(OWN_PAGE_IN_A_SANDBOX);
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    let ways = [
        ("step-1", "Confirm", "Paid", "RESERVED", 2),
        ("step-2", "Give up", "The payment is cancelled", "CANCELLED", 2),
        ("step-3", "Three wrong codes", "Your bank could not confirm that it was you. Nothing was paid.", "FAILED", 2),
    ];
    for (id, way, outcome, state, requests) in ways {
        step_up(&stage, &browser, id).await;
        browser.enter_frame("iframe").await;
        browser.press(way).await;
        browser.leave_frame().await;
        browser.sees(outcome).await;
        assert_eq!(stage.app.state(id), state);
        let sent = stage.app.psp.wait_for_payment(id, requests).await;
        if id == "step-1" {
            assert_ne!(sent[0].network_token("cryptogram"), sent[1].network_token("cryptogram"));
        } else {
            assert_eq!(sent[1].payment_state(), Some("USER_CANCEL"));
        }
        browser.press("Done").await;
        browser.sees("Hello, Kari").await;
    }
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_refuses_frames_is_confirmed_in_a_tab_of_its_own() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_refused_frames();
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    let refuse = |body: String| Document { body, headers: vec![("x-frame-options", "DENY")] };
    stage.shop.put_document("/bank-alone", refuse("<h1>Your bank</h1>".to_owned()));
    stage.app.psp.answer("alone-1", [Reply::SoftDecline(stage.shop.url("/bank-alone")), Reply::Ok]);
    stage.asked_payment(&browser, "alone-1", json!({})).await;
    browser.press("Pay NOK 499.00").await;
    browser.sees("Is the frame empty? Some banks want a tab of their own.").await;
    stage.shop.put_document("/bank-alone", refuse(bank_page(&stage, "alone-1")));
    let phone = browser.tab().await;
    browser.press("Open in a new tab").await;
    browser.opened_tab(std::slice::from_ref(&phone)).await;
    browser.press("Confirm").await;
    browser.sees("Thank you").await;
    browser.sees("If this is a tab of its own, you may close it.").await;
    browser.close_tab(&phone).await;
    browser.sees("Paid").await;
    browser.close().await;
    stage.strike().await;
}

/// A page that refuses to be framed, and takes the whole window instead.
const FRAME_BUSTER: &str = "<h1>Your bank</h1><p id=\"state\">Framed</p><script>
    if (top !== self) top.location = self.location; else state.textContent = 'A tab of its own';</script>";

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_wants_the_whole_window_does_not_get_the_phone_and_leads_to_a_tab_of_its_own_after_15_s() {
    let Some(mut browser) = Browser::phone().await else { return };
    browser.expect_complaint("Unsafe attempt to initiate navigation");
    browser.expect_complaint("Failed to set a named property 'location'");
    browser.expect_complaint("Failed to set the 'href' property");
    let stage = Stage::set().await;
    browser.hold_timer("lead").await;
    stage.sign_in(&browser).await;
    stage.shop.put("/buster", FRAME_BUSTER);
    stage.app.psp.answer("buster-1", [Reply::SoftDecline(stage.shop.url("/buster")), Reply::Ok]);
    stage.asked_payment(&browser, "buster-1", json!({})).await;
    browser.press("Pay NOK 499.00").await;
    browser.sees("Is the frame empty? Some banks want a tab of their own.").await;
    browser.enter_frame("iframe").await;
    browser.sees("Framed").await;
    browser.leave_frame().await;
    assert_eq!(browser.address().await, stage.app.url("/phone"), "the frame can't navigate the phone");
    browser.until("the wait has begun", "return window.heldForMs === 15000").await;
    browser.does_not_see("Can’t get on in the frame?").await;
    browser.let_page_go_on().await;
    browser.sees("Can’t get on in the frame? Open the bank’s page in a tab of its own, or cancel.").await;
    browser.no_longer_sees("Is the frame empty?").await;
    browser.inspect("phone-step-up-leads").await;
    browser.enter_frame("iframe").await;
    browser.sees("Framed").await;
    browser.leave_frame().await;
    let phone = browser.tab().await;
    browser.press("Open in a new tab").await;
    browser.opened_tab(std::slice::from_ref(&phone)).await;
    browser.sees("A tab of its own").await;
    browser.go(stage.app.psp.requests_for("buster-1")[0].operation_url("3dssuccess").expect("an address")).await;
    browser.sees("Thank you").await;
    browser.close_tab(&phone).await;
    browser.sees("Paid").await;
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_up_can_be_cancelled_in_the_app_and_its_time_runs_out() {
    let Some(browser) = Browser::phone().await else { return };
    let stage = Stage::set().await;
    stage.sign_in(&browser).await;
    step_up(&stage, &browser, "step-4").await;
    browser.press("Cancel").await;
    browser.sees("The payment is cancelled").await;
    browser.press("Done").await;
    browser.sees("Hello, Kari").await;
    step_up(&stage, &browser, "step-5").await;
    stage.app.advance(std::time::Duration::from_mins(10)).await;
    browser.sees("Time is up").await;
    assert_eq!((stage.app.state("step-4"), stage.app.state("step-5")), ("CANCELLED", "EXPIRED"));
    browser.close().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_landing_page_follows_the_step_up_and_a_used_return_says_that_it_is_over() {
    let (Some(phone), Some(mut landing)) = (Browser::phone().await, Browser::desktop().await) else { return };
    landing.expect_status(410);
    let stage = Stage::set().await;
    stage.sign_in(&phone).await;
    stage.app.psp.answer("step-6", [Reply::SoftDecline(stage.shop.url("/bank")), Reply::Ok]);
    stage.shop.put("/bank", "<h1>Your bank</h1>");
    stage.waiting_payment(&landing, "step-6").await;
    phone.press("Fjellkroa Kaffe asks for").await;
    phone.press("Pay NOK 499.00").await;
    landing.sees("Confirm with your bank").await;
    landing.sees("To be confirmed with your bank before 12:10").await;
    landing.does_not_see("Valid for five minutes").await;
    let back = stage.app.psp.requests_for("step-6")[0].operation_url("3dssuccess").expect("an address").to_owned();
    phone.sees("Confirm with your bank").await;
    let tab = landing.tab().await;
    landing.new_tab().await;
    landing.go(&back).await;
    landing.sees("Thank you").await;
    phone.sees("Paid").await;
    landing.go(&back).await;
    landing.sees("This step is over").await;
    landing.close_tab(&tab).await;
    landing.arrives_at(&stage.shop.url("/thanks")).await;
    phone.close().await;
    landing.close().await;
    stage.strike().await;
}
