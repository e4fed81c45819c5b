//! Notices: exactly four members, sent until a complete answer below 500 comes, six times at most, also over restarts, and
//! never while an attempt is open or its outcome unknown.

use std::time::Duration;

use lommebok_testkit::fake_psp::{Gate, Reply, Request};
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

fn unwilling() -> Reply {
    Reply::Json(500, json!({}))
}

/// A payment that its user has cancelled on the landing page.
async fn cancelled(app: &TestApp, id: &str) {
    let payment = app.init(id).await;
    let page = LandingPage::open(app, &payment).await;
    page.cancel().await;
}

async fn notice(app: &TestApp, id: &str) -> Value {
    app.shown(id).await["notice"].clone()
}

/// Waits until the tries so far are `count` and the last one's result is kept.
async fn tried(app: &TestApp, id: &str, count: usize) -> Vec<Request> {
    let requests = app.psp.wait_for_payment(id, count).await;
    // A settled payment has one event per try behind its own two.
    let version = i64::try_from(count).expect("few").saturating_add(2);
    app.until(id, |payment| payment.version >= version).await;
    requests
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_has_exactly_the_four_members_and_the_payments_authorization() {
    let app = TestApp::start().await;
    cancelled(&app, "no-cancel").await;
    tried(&app, "no-cancel", 1).await;
    app.init("no-timeout").await;
    app.advance(Duration::from_mins(5)).await;
    for (id, state) in [("no-cancel", "USER_CANCEL"), ("no-timeout", "TIMEOUT")] {
        let requests = tried(&app, id, 1).await;
        let expected = json!({"pspTransactionId": id, "merchantSerialNumber": "100001", "paymentState": state,
                              "paymentInstrument": "TOKEN"});
        assert_eq!(requests[0].json, expected);
        assert_eq!(requests[0].header("authorization"), Some("psp-secret-1"));
        assert_eq!(requests[0].header("content-type"), Some("application/json"));
        assert_eq!(notice(&app, id).await, json!({"kind": state, "status": "delivered", "httpStatus": 200}));
    }
    app.advance(Duration::from_hours(1)).await;
    assert_eq!(app.psp.requests().len(), 2, "delivered is delivered");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_complete_answer_below_500_ends_a_notice() {
    let app = TestApp::start().await;
    for status in [200, 201, 204, 302, 400, 401, 404, 409, 422, 429, 499] {
        let id = format!("no-{status}");
        app.psp.answer_notices(&id, [Reply::Json(status, json!("anything"))]);
        cancelled(&app, &id).await;
        tried(&app, &id, 1).await;
        // What a PSP did not want may need a look, so its status is shown.
        let expected = json!({"kind": "USER_CANCEL", "status": "delivered", "httpStatus": status});
        assert_eq!(notice(&app, &id).await, expected);
        let log = app.shown(&id).await["log"].as_array().cloned().unwrap_or_default();
        assert_eq!(log.last().map(|line| line["detail"].clone()), Some(json!({"httpStatus": status})));
    }
    let page = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>".to_vec();
    app.psp.answer_notices("no-html", [Reply::Raw(page)]);
    cancelled(&app, "no-html").await;
    tried(&app, "no-html", 1).await;
    assert_eq!(notice(&app, "no-html").await["status"], "delivered");
    let by_93 = json!({"paymentInfo": {"pspTransactionId": "no-93", "status": "FAIL"},
                       "errorMessage": {"errorId": "93", "errorText": "status from wallet"}});
    app.psp.answer_notices("no-93", [Reply::Json(200, by_93)]);
    cancelled(&app, "no-93").await;
    tried(&app, "no-93", 1).await;
    assert_eq!(notice(&app, "no-93").await["status"], "delivered");
    app.stop().await;
}

/// 503 with the request's own `Authorization`.
fn echo(request: &Request) -> Vec<u8> {
    let secret = request.header("authorization").unwrap_or_default();
    format!("HTTP/1.1 503 X\r\nContent-Length: 15\r\n\r\nno {secret}").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_gets_no_such_answer_is_due_again_with_its_cause() {
    let app = TestApp::start().await;
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec();
    let rows = [
        ("nr-500", unwilling(), "server_error", "HTTP 500; Content-Type application/json; 2 bytes: {}"),
        ("nr-503", Reply::Echo(echo), "server_error", "HTTP 503; 15 bytes: no ***"),
        ("nr-reset", Reply::Reset, "reset", ""),
        ("nr-close", Reply::Close, "closed", ""),
        ("nr-half", Reply::Raw(half), "truncated", "HTTP 200; 1 bytes of a body"),
        ("nr-ssh", Reply::Raw(b"SSH-2.0\r\n".to_vec()), "not_http", ""),
    ];
    for (id, reply, cause, detail) in rows {
        app.psp.answer_notices(id, [reply]);
        cancelled(&app, id).await;
        tried(&app, id, 1).await;
        let expected = json!({"kind": "USER_CANCEL", "status": "due", "tries": 1, "at": "2026-05-04T10:00:05.000Z"});
        assert_eq!(notice(&app, id).await, expected);
        let log = app.shown(id).await["log"].as_array().cloned().unwrap_or_default();
        assert_eq!(log.last().map(|line| line["detail"].clone()), Some(json!({"cause": cause, "detail": detail})));
    }
    app.stop().await;
}

/// The waits between the tries, in ms.
const WAITS: [u64; 5] = [5_000, 30_000, 120_000, 600_000, 1_800_000];

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_tried_six_times_at_its_moments_and_then_given_up_and_listed() {
    let app = TestApp::start().await;
    app.psp.answer_notices_otherwise(unwilling());
    cancelled(&app, "no-six").await;
    tried(&app, "no-six", 1).await;
    let mut tries = 1_usize;
    for wait in WAITS {
        app.advance(Duration::from_millis(wait.saturating_sub(1))).await;
        assert_eq!(app.psp.requests_for("no-six").len(), tries, "not before its moment");
        app.advance(Duration::from_millis(1)).await;
        tries = tries.saturating_add(1);
        let requests = tried(&app, "no-six", tries).await;
        assert_eq!(requests.len(), tries);
        assert_eq!(requests[0].body, requests[requests.len().saturating_sub(1)].body);
    }
    assert_eq!(notice(&app, "no-six").await, json!({"kind": "USER_CANCEL", "status": "given_up"}));
    let listed = app.control("/payments?notice_given_up=true").await;
    assert_eq!(listed["payments"][0]["pspTransactionId"], "no-six");
    app.advance(Duration::from_hours(24)).await;
    assert_eq!(app.psp.requests_for("no-six").len(), 6);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_nobody_answers_ends_after_fifteen_seconds_and_is_due_again() {
    let app = TestApp::start().await;
    app.psp.answer_notices("no-never", [Reply::Never]);
    cancelled(&app, "no-never").await;
    app.psp.wait_for_payment("no-never", 1).await;
    app.advance(Duration::from_secs(15)).await;
    let expected = json!({"kind": "USER_CANCEL", "status": "due", "tries": 1, "at": "2026-05-04T10:00:20.000Z"});
    assert_eq!(notice(&app, "no-never").await, expected);
    app.advance(Duration::from_secs(5)).await;
    tried(&app, "no-never", 2).await;
    assert_eq!(notice(&app, "no-never").await["status"], "delivered");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tries_go_on_over_restarts_where_they_stood() {
    let app = TestApp::start().await;
    app.psp.answer_notices_otherwise(unwilling());
    cancelled(&app, "no-restart").await;
    tried(&app, "no-restart", 1).await;
    let app = app.restarted().await;
    assert_eq!(notice(&app, "no-restart").await["tries"], 1);
    app.advance(Duration::from_secs(5)).await;
    tried(&app, "no-restart", 2).await;
    let app = app.restarted_after(Duration::from_secs(30)).await;
    tried(&app, "no-restart", 3).await;
    app.psp.answer_notices_otherwise(Reply::Taken);
    let app = app.restarted_after(Duration::from_hours(2)).await;
    let requests = tried(&app, "no-restart", 4).await;
    assert!(requests.iter().all(|request| request.body == requests[0].body));
    assert_eq!(notice(&app, "no-restart").await["status"], "delivered");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_notice_is_sent_while_an_attempt_is_open_or_its_outcome_unknown() {
    let app = TestApp::start().await;
    let gate = Gate::new();
    app.psp.answer("no-open", [Reply::Reset.held_by(&gate)]);
    let payment = app.init("no-open").await;
    let phone = app.first_phone().await;
    let number = phone.open(&payment.link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    drop(phone.approve(&number, &phone.card("VISA").await).await.succeeded());
    app.psp.wait_for_payment("no-open", 1).await;
    let page = app.client().post(app.url("/landing/cancel"));
    drop(lommebok_testkit::test_app::Answer::to(page).await);
    assert_eq!(phone.cancel(&number).await.status.as_u16(), 409);
    gate.open();
    app.until_state("no-open", "FAILED").await;
    assert_eq!(app.payment("no-open").notice, lommebok_domain::Notice::None);
    app.advance(Duration::from_hours(24)).await;
    let app = app.restarted().await;
    app.advance(Duration::from_hours(24)).await;
    assert_eq!(app.psp.requests_for("no-open").len(), 1, "a TIMEOUT might be read as: void it");
    app.stop().await;
}
