//! Between approval and attempt: no free slot within 10 s, no token to be found, and a queued attempt over a restart.

use std::time::Duration;

use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::test_app::{Started, TestApp};
use serde_json::json;

use crate::{failure, history};

/// A sandbox with one call in flight per PSP, and that one held by the payment `holder`.
async fn with_the_only_slot_held(gate: &Gate) -> TestApp {
    let app = TestApp::with_settings(&[("calls_in_flight_per_psp", "1")]).await;
    app.psp.answer("holder", [Reply::Ok.held_by(gate)]);
    approve_without_waiting(&app, "holder").await;
    app.psp.wait_for_payment("holder", 1).await;
    app
}

async fn approve_without_waiting(app: &TestApp, id: &str) -> Started {
    let payment = app.init(id).await;
    let phone = app.first_phone().await;
    let opened = phone.open(&payment.link).await.succeeded();
    let number = opened.json["id"].as_str().expect("an id").to_owned();
    let card = phone.card("VISA").await;
    drop(phone.approve(&number, &card).await.succeeded());
    payment
}

#[tokio::test(flavor = "multi_thread")]
async fn no_free_slot_within_ten_seconds_fails_for_certain_and_tells_the_psp() {
    let gate = Gate::new();
    let app = with_the_only_slot_held(&gate).await;
    approve_without_waiting(&app, "slot-1").await;
    app.advance(Duration::from_millis(9_999)).await;
    assert_eq!(app.shown("slot-1").await["stateDetail"]["phase"], "queued");
    app.advance(Duration::from_millis(1)).await;
    assert_eq!(failure(&app, "slot-1").await, ["certain", "no_free_slot", "no free call to the PSP within 10 s"]);
    assert_eq!(history(&app, "slot-1").await, ["RESERVED 49900 false"]);
    assert_eq!(app.state("holder"), "AUTHORIZING", "its own 15 s are not over");
    gate.open();
    app.until_state("holder", "RESERVED").await;
    let told = app.psp.wait_for_payment("slot-1", 1).await;
    assert_eq!(told[0].payment_state(), Some("USER_CANCEL"));
    assert_eq!(told.len(), 1, "no token left");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_that_becomes_free_in_time_is_taken_and_the_fifteen_seconds_begin_then() {
    let gate = Gate::new();
    let app = with_the_only_slot_held(&gate).await;
    app.psp.answer("slot-2", [Reply::Never]);
    approve_without_waiting(&app, "slot-2").await;
    app.advance(Duration::from_millis(9_999)).await;
    gate.open();
    app.psp.wait_for_payment("slot-2", 1).await;
    app.advance(Duration::from_millis(14_999)).await;
    assert_eq!(app.state("slot-2"), "AUTHORIZING");
    app.advance(Duration::from_millis(1)).await;
    assert_eq!(failure(&app, "slot-2").await, ["unknown", "timeout", ""]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_psps_held_call_takes_nobody_elses_slot() {
    let gate = Gate::new();
    let app = with_the_only_slot_held(&gate).await;
    let other = app.other_credentials();
    let mut body = app.init_body("other-1");
    body["merchantOrderId"] = json!("other-order-1");
    let request = app.psp_call_of(&other, reqwest::Method::POST, "/psp/v3/psppayments/init").await.json(&body);
    let link = lommebok_testkit::test_app::Answer::to(request).await.succeeded().json["vippsRedirectUrl"]
        .as_str()
        .expect("a link")
        .to_owned();
    let phone = app.first_phone().await;
    let number = phone.open(&link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    drop(phone.approve(&number, &phone.card("VISA").await).await.succeeded());
    app.until_state("other-1", "RESERVED").await;
    gate.open();
    app.until_state("holder", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_attempt_goes_on_after_a_restart_and_is_sent_once() {
    let gate = Gate::new();
    let app = with_the_only_slot_held(&gate).await;
    approve_without_waiting(&app, "slot-3").await;
    assert_eq!(app.shown("slot-3").await["stateDetail"]["phase"], "queued");
    let stopping = app.wallet().tasks.stopping().clone();
    let open_the_gate = async {
        stopping.cancelled().await;
        gate.open();
    };
    let (app, ()) = tokio::join!(app.restarted(), open_the_gate);
    assert_eq!(app.state("holder"), "RESERVED", "an open attempt gets to answer and commit");
    app.until_state("slot-3", "RESERVED").await;
    assert_eq!(app.psp.requests_for("slot-3").len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_attempt_whose_ten_seconds_passed_while_the_server_was_down_fails_before_it_is_ready() {
    let gate = Gate::new();
    let app = with_the_only_slot_held(&gate).await;
    approve_without_waiting(&app, "slot-4").await;
    let stopping = app.wallet().tasks.stopping().clone();
    let open_the_gate = async {
        stopping.cancelled().await;
        gate.open();
    };
    let (app, ()) = tokio::join!(app.restarted_after(Duration::from_secs(10)), open_the_gate);
    assert_eq!(failure(&app, "slot-4").await, ["certain", "no_free_slot", "not sent within 10 s of the approval"]);
    let told = app.psp.wait_for_payment("slot-4", 1).await;
    assert_eq!(told[0].payment_state(), Some("USER_CANCEL"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_for_which_no_token_can_be_had_fails_for_certain_and_tells_the_psp() {
    let app = TestApp::start().await;
    let payment = app.init_with("no-token", json!({"amount": 3_100})).await;
    drop(app.force_approve(&payment).await.succeeded());
    let expected = ["certain", "no_token", "no network token can be had for this card"];
    assert_eq!(failure(&app, "no-token").await, expected);
    assert_eq!(history(&app, "no-token").await, ["RESERVED 3100 false"]);
    let told = app.psp.wait_for_payment("no-token", 1).await;
    assert_eq!((told.len(), told[0].payment_state()), (1, Some("USER_CANCEL")));
    app.stop().await;
}
