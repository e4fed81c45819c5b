//! Waiting by the Control API until a payment is as a test wants it: it ends by what happens, and never by looking again.

use http::StatusCode;
use lommebok_testkit::cases::EachState;
use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Longer than any of these waits takes, and shorter than the client waits: a wait that is not woken fails its test.
const LONG: &str = "within_ms=60000";

async fn awaits(app: &TestApp, id: &str, query: &str) -> Value {
    app.control(&format!("/payments/{id}/await?{query}")).await
}

async fn act(app: &TestApp, id: &str, action: &str, body: Value) -> Value {
    let call = app.control_call(Method::POST, &format!("/payments/{id}/{action}"));
    Answer::to(call.json(&body)).await.succeeded().json
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payments_life_is_followed_by_one_wait_after_the_other() {
    let (app, gate) = (TestApp::start().await, Gate::new());
    app.psp.answer("aw-life", [Reply::Ok.held_by(&gate)]);
    drop(app.init("aw-life").await);
    let reserved = format!("state=reserved,FAILED&{LONG}");
    let (last, ()) = tokio::join!(awaits(&app, "aw-life", &reserved), async {
        let attempt = format!("attempt_open=true&{LONG}");
        let (open, _) =
            tokio::join!(awaits(&app, "aw-life", &attempt), act(&app, "aw-life", "approve", json!({"wait": false})));
        assert_eq!((&open["reached"], &open["payment"]["stateDetail"]["phase"]), (&json!(true), &json!("open")));
        gate.open();
    });
    assert_eq!((&last["reached"], &last["payment"]["state"]), (&json!(true), &json!("RESERVED")));
    let nothing = awaits(&app, "aw-life", &format!("nothing_due=true&{LONG}")).await;
    assert_eq!(nothing["reached"], true);

    drop(app.init("aw-late").await);
    let taken = format!("notice_delivered=true&{LONG}");
    let (delivered, _) = tokio::join!(awaits(&app, "aw-late", &taken), act(&app, "aw-late", "expire", json!({})));
    assert_eq!((&delivered["reached"], &delivered["payment"]["notice"]["kind"]), (&json!(true), &json!("TIMEOUT")));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_so_already_or_never_can_be_is_answered_at_once() {
    let app = TestApp::start().await;
    let states = EachState::of(&app).await;
    let so = [
        ("AWAITING_USER", "state=AWAITING_USER"),
        ("FAILED-unknown", "state=EXPIRED,FAILED"),
        ("AUTHORIZING", "attempt_open=true"),
        ("CANCELLED", "notice_delivered=true"),
        ("EXPIRED", "nothing_due=true"),
    ];
    for (state, query) in so {
        let answer = awaits(&app, &format!("in-{state}"), &format!("{query}&{LONG}")).await;
        assert_eq!((&answer["reached"], &answer["stillPossible"]), (&json!(true), &json!(true)), "{state} {query}");
    }
    let never = [
        ("EXPIRED", "state=RESERVED"),
        ("CANCELLED", "state=RESERVED,FAILED"),
        ("RESERVED", "state=FAILED"),
        ("FAILED-certain", "attempt_open=true"),
        ("RESERVED", "notice_delivered=true"),
    ];
    for (state, query) in never {
        let answer = awaits(&app, &format!("in-{state}"), &format!("{query}&{LONG}")).await;
        assert_eq!((&answer["reached"], &answer["stillPossible"]), (&json!(false), &json!(false)), "{state} {query}");
        assert_eq!(answer["payment"]["state"], state.split('-').next().unwrap_or_default());
    }
    let not_yet = [
        ("AWAITING_APPROVAL", "state=RESERVED"),
        ("FAILED-unknown", "state=RESERVED"),
        ("STEP_UP", "nothing_due=true"),
        ("AWAITING_USER", "notice_delivered=true"),
    ];
    for (state, query) in not_yet {
        let answer = awaits(&app, &format!("in-{state}"), &format!("{query}&within_ms=0")).await;
        assert_eq!((&answer["reached"], &answer["stillPossible"]), (&json!(false), &json!(true)), "{state} {query}");
    }
    states.gate.open();
    app.until_state("in-AUTHORIZING", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_is_awaited_until_the_psp_reports_it() {
    let app = TestApp::start().await;
    app.psp.answer("aw-unknown", [Reply::Reset]);
    drop(app.init("aw-unknown").await);
    assert_eq!(act(&app, "aw-unknown", "approve", json!({})).await["state"], "FAILED");
    let reserved = format!("state=RESERVED&{LONG}");
    let (answer, ()) =
        tokio::join!(awaits(&app, "aw-unknown", &reserved), app.report("aw-unknown", "RESERVED", 49_900));
    assert_eq!(answer["reached"], true);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_updatestatus_is_awaited_until_its_last_entry_has_had_its_turn() {
    let (app, gate) = (TestApp::with_settings(&[("batch", "on_demand")]).await, Gate::new());
    app.psp.answer("aw-asked", [Reply::Ok.held_by(&gate)]);
    drop(app.init("aw-asked").await);
    drop(act(&app, "aw-asked", "approve", json!({"wait": false})).await);
    app.psp.wait_for_payment("aw-asked", 1).await;
    let entry = |id: &str| json!({"pspTransactionId": id, "status": "CAPTURED", "amount": 100});
    drop(app.update_status(&json!([entry("aw-asked"), entry("aw-none")])).await.succeeded());
    let not_yet = app.control("/batch/1/await?within_ms=0").await;
    assert_eq!((&not_yet["reached"], &not_yet["batch"]["applied"]), (&json!(false), &json!(0)));

    let applied = format!("/batch/1/await?{LONG}");
    let (applied, ()) = tokio::join!(app.control(&applied), async {
        drop(Answer::to(app.control_call(Method::POST, "/batch/run")).await.succeeded());
        let waits = app.control("/batch/1/await?within_ms=0").await;
        assert_eq!((&waits["reached"], &waits["batch"]["waitingEntries"]), (&json!(false), &json!(1)));
        gate.open();
    });
    assert_eq!((&applied["reached"], &applied["batch"]["waitingEntries"]), (&json!(true), &json!(0)));
    assert_eq!(applied["batch"]["refused"][0]["code"], "unknown_payment");
    assert_eq!(app.payment("aw-asked").sums.captured(), 100);

    // A request of which nothing can be applied changes no payment, and wakes all the same.
    drop(app.update_status(&json!([entry("aw-none")])).await.succeeded());
    let refused = format!("/batch/2/await?{LONG}");
    let run = app.control_call(Method::POST, "/batch/run");
    let (refused, _) = tokio::join!(app.control(&refused), Answer::to(run));
    assert_eq!((&refused["reached"], &refused["batch"]["refusedEntries"]), (&json!(true), &json!(1)));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_with_the_server() {
    let app = TestApp::start().await;
    drop(app.init("aw-stop").await);
    let call = app.control_call(Method::GET, &format!("/payments/aw-stop/await?state=RESERVED&{LONG}"));
    // Without an answer the client would break off a wait that the server does not end.
    let (answer, ()) = tokio::join!(Answer::received(call), async {
        drop(awaits(&app, "aw-stop", "state=AWAITING_USER").await);
        app.stop().await;
    });
    if let Ok(answer) = answer {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text);
        assert_eq!(answer.json["detail"], "the server is stopping");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_than_256_calls_wait_at_a_time() {
    let app = TestApp::start().await;
    drop(app.init("aw-many").await);
    let mut calls = JoinSet::new();
    for _ in 0..260 {
        let call = app.control_call(Method::GET, &format!("/payments/aw-many/await?state=CANCELLED&{LONG}"));
        calls.spawn(Answer::to(call));
    }
    for _ in 0..4 {
        let refused = calls.join_next().await.expect("a call").expect("an answer");
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.text);
        assert_eq!(refused.json["detail"], "256 calls wait already; try again when one has ended");
    }
    drop(act(&app, "aw-many", "cancel", json!({})).await);
    while let Some(answer) = calls.join_next().await {
        assert_eq!(answer.expect("an answer").succeeded().json["reached"], true);
    }
    let again = awaits(&app, "aw-many", &format!("notice_delivered=true&{LONG}")).await;
    assert_eq!(again["reached"], true, "the places are given back");
    app.stop().await;
}
