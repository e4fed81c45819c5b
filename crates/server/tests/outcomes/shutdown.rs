//! An orderly stop with work in every stage: what is open gets to end, what is queued stays, streams end, no new caller is served.

use std::time::Duration;

use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::history;

async fn approve_on_the_phone(app: &TestApp, id: &str) {
    let payment = app.init(id).await;
    let phone = app.first_phone().await;
    let number = phone.open(&payment.link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    drop(phone.approve(&number, &phone.card("VISA").await).await.succeeded());
}

#[tokio::test(flavor = "multi_thread")]
async fn open_queued_and_waiting_work_is_ended_or_kept_and_goes_on_at_the_next_start() {
    let gate = Gate::new();
    let app = TestApp::with_settings(&[("calls_in_flight_per_psp", "1")]).await;
    app.psp.answer("sd-open", [Reply::Ok.held_by(&gate)]);
    approve_on_the_phone(&app, "sd-open").await;
    app.psp.wait_for_payment("sd-open", 1).await;
    approve_on_the_phone(&app, "sd-queued").await;
    app.report("sd-open", "CAPTURED", 100).await;
    app.report("sd-queued", "CAPTURED", 200).await;
    app.init("sd-link").await;
    let stopping = app.wallet().tasks.stopping().clone();
    let base = app.base().to_owned();
    let client = app.client().clone();
    let while_stopping = async {
        stopping.cancelled().await;
        let fresh = reqwest::Client::builder().no_proxy().build().expect("a client");
        // The listener closes at once or says that it stops; it never takes anything new.
        if let Ok(answer) = fresh.get(format!("{base}/readyz")).send().await {
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        }
        drop(client);
        gate.open();
    };
    let (app, ()) = tokio::join!(app.restarted(), while_stopping);
    assert_eq!(history(&app, "sd-open").await, ["RESERVED 49900 true", "CAPTURED 100 true"]);
    app.until("sd-queued", |payment| payment.waiting == 0 && payment.state.is_final()).await;
    assert_eq!(history(&app, "sd-queued").await, ["RESERVED 49900 true", "CAPTURED 200 true"]);
    for id in ["sd-open", "sd-queued"] {
        assert_eq!(app.psp.requests_for(id).len(), 1, "{id} was sent once");
    }
    assert_eq!(app.state("sd-link"), "AWAITING_USER");
    app.advance(Duration::from_mins(5)).await;
    assert_eq!(app.state("sd-link"), "EXPIRED");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_force_approve_is_answered_by_the_outcome_of_the_attempt() {
    let gate = Gate::new();
    let app = TestApp::start().await;
    app.psp.answer("sd-force", [Reply::Ok.held_by(&gate)]);
    let payment = app.init("sd-force").await;
    let path = "/psp/v3/integration-test/psppayments/sd-force/approve";
    let body = json!({"customerPhoneNumber": "12345678", "token": payment.token});
    let request = app.psp_call(Method::POST, path).await.json(&body);
    let waiting = Answer::to(request);
    let stopping = app.wallet().tasks.stopping().clone();
    let stop = async {
        app.psp.wait_for_payment("sd-force", 1).await;
        let open_the_gate = async {
            stopping.cancelled().await;
            gate.open();
        };
        tokio::join!(app.restarted(), open_the_gate).0
    };
    let (answer, app) = tokio::join!(waiting, stop);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(app.state("sd-force"), "RESERVED");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn event_streams_end_when_the_server_stops_and_hold_it_up_for_nothing() {
    let app = TestApp::start().await;
    let payment = app.init("sd-stream").await;
    let phone = app.first_phone().await;
    let of_the_phone = phone.call(Method::GET, "/events").send().await.expect("a stream begins");
    let page = app.url(&format!("/landing/events?token={}", payment.token));
    let of_the_page = app.client().get(page).send().await.expect("a stream begins");
    let (one, two, ()) = tokio::join!(of_the_phone.text(), of_the_page.text(), app.stop());
    assert_eq!(one.expect("the stream ends in order"), ": connected\n\n");
    assert_eq!(two.expect("the stream ends in order"), ": connected\n\n");
}
