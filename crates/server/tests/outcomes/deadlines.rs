//! Every timer at the millisecond before it is due and at its moment, and when the server was down at that moment.

use std::time::Duration;

use lommebok_testkit::fake_psp::{Gate, Reply, Request};
use lommebok_testkit::test_app::{Answer, Started, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{failure, history};

const A_MILLISECOND: Duration = Duration::from_millis(1);
const FIFTEEN_SECONDS: Duration = Duration::from_secs(15);
const FIVE_MINUTES: Duration = Duration::from_mins(5);

/// Starts a payment that the PSP leaves open, and approves it on the phone, which does not wait.
async fn opened(app: &TestApp, id: &str, reply: Reply) -> Started {
    app.psp.answer(id, [reply]);
    let payment = approved_on_the_phone(app, id).await;
    app.psp.wait_for_payment(id, 1).await;
    payment
}

async fn approved_on_the_phone(app: &TestApp, id: &str) -> Started {
    let payment = app.init(id).await;
    let phone = app.first_phone().await;
    let opened = phone.open(&payment.link).await.succeeded();
    let number = opened.json["id"].as_str().expect("an id").to_owned();
    let card = phone.card("VISA").await;
    drop(phone.approve(&number, &card).await.succeeded());
    payment
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_has_fifteen_seconds_and_not_a_millisecond_less() {
    let app = TestApp::start().await;
    opened(&app, "dl-15", Reply::Never).await;
    app.advance(FIFTEEN_SECONDS.saturating_sub(A_MILLISECOND)).await;
    assert_eq!(app.state("dl-15"), "AUTHORIZING");
    app.advance(A_MILLISECOND).await;
    assert_eq!(failure(&app, "dl-15").await, ["unknown", "timeout", ""], "at once, when the advance returns");
    assert_eq!(history(&app, "dl-15").await, ["RESERVED 49900 false"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_before_fifteen_seconds_counts() {
    let app = TestApp::start().await;
    let gate = Gate::new();
    opened(&app, "dl-14", Reply::Ok.held_by(&gate)).await;
    app.advance(FIFTEEN_SECONDS.saturating_sub(A_MILLISECOND)).await;
    gate.open();
    app.until_state("dl-14", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_answer_at_fifteen_seconds_is_none() {
    let app = TestApp::start().await;
    let half =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{\"paymentInfo\"".to_vec();
    opened(&app, "dl-half", Reply::RawThenNever(half)).await;
    app.advance(FIFTEEN_SECONDS).await;
    assert_eq!(failure(&app, "dl-half").await, ["unknown", "timeout", ""]);
    app.stop().await;
}

/// 500 with the network token.
fn echo(request: &Request) -> Vec<u8> {
    let number = request.network_token("number").unwrap_or_default();
    format!("HTTP/1.1 500 X\r\nContent-Length: 23\r\n\r\nsorry, {number}").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_is_kept_as_evidence_and_never_flips_the_outcome() {
    let app = TestApp::start().await;
    let soft = Reply::SoftDecline("https://3ds.example/".to_owned());
    let rows = [
        ("late-ok", Reply::Ok, "late_ok", "the PSP said OK after the 15 s"),
        ("late-fail", Reply::Fail(82), "late_fail", "psp_82: scripted error 82"),
        ("late-soft", soft, "late_soft_decline", "psp_1036: scripted error 1036"),
        ("late-500", Reply::Echo(echo), "late_wrong", "not_status_200: HTTP 500; 23 bytes: sorry, ***"),
    ];
    let gate = Gate::new();
    for (id, reply, ..) in &rows {
        opened(&app, id, reply.clone().held_by(&gate)).await;
    }
    app.advance(FIFTEEN_SECONDS).await;
    gate.open();
    for (id, _, code, detail) in rows {
        let version = app.until(id, |payment| payment.version == 6).await.version;
        assert_eq!(failure(&app, id).await, ["unknown", "timeout", ""], "{id}");
        let log = app.shown(id).await["log"].as_array().cloned().unwrap_or_default();
        let last = log.last().expect("a log has lines");
        assert_eq!((&last["event"], &last["actor"]), (&json!("late_answer"), &json!("psp 1")));
        assert_eq!(last["detail"], json!({"cause": code, "detail": detail}));
        assert_eq!(history(&app, id).await, ["RESERVED 49900 false"], "evidence is the operator's only");
        assert_eq!(version, 6);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_in_the_app_has_five_minutes_from_the_number_and_no_more() {
    let app = TestApp::start().await;
    let payment = app.init("dl-app").await;
    app.advance(FIVE_MINUTES.saturating_sub(A_MILLISECOND)).await;
    let phone = app.first_phone().await;
    let seen = phone.open(&payment.link).await.succeeded().json;
    assert_eq!(seen["deadline"], "2026-05-04T10:09:59.999Z");
    let card = phone.card("VISA").await;
    let number = seen["id"].as_str().expect("an id").to_owned();
    app.advance(FIVE_MINUTES.saturating_sub(A_MILLISECOND)).await;
    assert_eq!(app.state("dl-app"), "AWAITING_APPROVAL");
    app.advance(A_MILLISECOND).await;
    assert_eq!(app.state("dl-app"), "EXPIRED");
    let late = phone.approve(&number, &card).await;
    assert_eq!((late.status, &late.json["code"]), (StatusCode::CONFLICT, &json!("not_possible_now")));
    assert_eq!(late.json["payment"]["state"], "EXPIRED");
    let told = app.psp.wait_for_payment("dl-app", 1).await;
    assert_eq!(told[0].payment_state(), Some("TIMEOUT"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_in_the_last_millisecond_counts() {
    let app = TestApp::start().await;
    let payment = app.init("dl-last").await;
    let phone = app.first_phone().await;
    let number = phone.open(&payment.link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    let card = phone.card("VISA").await;
    app.advance(FIVE_MINUTES.saturating_sub(A_MILLISECOND)).await;
    drop(phone.approve(&number, &card).await.succeeded());
    app.until_state("dl-last", "RESERVED").await;
    app.advance(A_MILLISECOND).await;
    assert_eq!(app.state("dl-last"), "RESERVED");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorizing_payment_knows_no_deadline_of_the_user() {
    let app = TestApp::start().await;
    let payment = app.init("dl-auth").await;
    let phone = app.first_phone().await;
    let number = phone.open(&payment.link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    let card = phone.card("VISA").await;
    let gate = Gate::new();
    app.psp.answer("dl-auth", [Reply::Ok.held_by(&gate)]);
    app.advance(FIVE_MINUTES.saturating_sub(Duration::from_secs(10))).await;
    drop(phone.approve(&number, &card).await.succeeded());
    app.psp.wait_for_payment("dl-auth", 1).await;
    app.advance(Duration::from_secs(12)).await;
    assert_eq!(app.state("dl-auth"), "AUTHORIZING", "the user's five minutes are over, the PSP's 15 s are not");
    for refused in [phone.cancel(&number).await, phone.approve(&number, &card).await] {
        assert_eq!((refused.status, &refused.json["code"]), (StatusCode::CONFLICT, &json!("not_possible_now")));
        assert_eq!(refused.json["payment"]["state"], "AUTHORIZING");
    }
    gate.open();
    app.until_state("dl-auth", "RESERVED").await;
    assert_eq!(app.psp.requests_for("dl-auth").len(), 1, "one approval, one request, no notice");
    app.stop().await;
}

/// The state that a payment has when the server says that it is ready for the first time, asked over HTTP.
async fn state_when_ready(app: &TestApp, id: &str) -> Value {
    let ready = Answer::to(app.client().get(app.url("/readyz"))).await;
    assert_eq!((ready.status, ready.text.as_str()), (StatusCode::OK, "ready\n"));
    app.shown(id).await["state"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_due_while_the_server_was_down_is_done_before_it_is_ready() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    app.init("down-link").await;
    let prompted = app.init("down-app").await;
    drop(phone.open(&prompted.link).await.succeeded());
    app.psp.answer("down-step", [Reply::SoftDecline("https://3ds.example/".to_owned())]);
    app.approved("down-step").await;
    let app = app.restarted_after(FIVE_MINUTES.saturating_sub(A_MILLISECOND)).await;
    assert_eq!(state_when_ready(&app, "down-link").await, "AWAITING_USER");
    assert_eq!(state_when_ready(&app, "down-app").await, "AWAITING_APPROVAL");
    let app = app.restarted_after(A_MILLISECOND).await;
    assert_eq!(state_when_ready(&app, "down-link").await, "EXPIRED");
    assert_eq!(state_when_ready(&app, "down-app").await, "EXPIRED");
    assert_eq!(state_when_ready(&app, "down-step").await, "STEP_UP");
    let app = app.restarted_after(FIVE_MINUTES).await;
    assert_eq!(state_when_ready(&app, "down-step").await, "EXPIRED");
    for id in ["down-link", "down-app", "down-step"] {
        let is_timeout = |request: &lommebok_testkit::fake_psp::Request| request.payment_state() == Some("TIMEOUT");
        let log = app.psp.until(|log| log.requests_for(id).iter().any(is_timeout)).await;
        assert_eq!(log.requests_for(id).iter().filter(|request| is_timeout(request)).count(), 1, "{id}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_that_passed_while_the_server_was_down_is_kept_by_the_next_start() {
    let app = TestApp::start().await;
    app.init("down-clock").await;
    let app = app.restarted_after(Duration::from_mins(2)).await.restarted().await;
    let clock = app.control("/clock").await;
    assert_eq!((&clock["mode"], &clock["now"]), (&json!("frozen"), &json!("2026-05-04T10:02:00.000Z")));
    app.advance(Duration::from_mins(3)).await;
    assert_eq!(app.state("down-clock"), "EXPIRED");
    app.stop().await;
}
