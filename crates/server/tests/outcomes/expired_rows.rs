//! Idempotency keys, sessions, wrong PINs, known browsers and what became of updatestatus entries leave the database when their time is over, by themselves and not before.

use std::time::Duration;

use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::json;

/// Starts payments with keys of their own.
async fn inits(app: &TestApp, first: usize, count: usize) {
    for number in first..first.saturating_add(count) {
        let id = format!("ex-{number}");
        let call = app.psp_call(Method::POST, "/psp/v3/psppayments/init").await.json(&app.init_body(&id));
        drop(Answer::to(call.header("Idempotency-Key", id)).await.succeeded());
    }
}

async fn until_rows(app: &TestApp, table: &str, count: u64) {
    wait_until(&format!("{count} rows of {table}"), async || (app.row_counts()[table] == count).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_gone_after_24_hours_and_sessions_after_12_and_the_young_stay() {
    let app = TestApp::with_settings(&[("token_lifetime_s", "172800")]).await;
    inits(&app, 0, 3).await;
    let _phone = app.first_phone().await;
    app.advance(Duration::from_hours(13)).await;
    until_rows(&app, "session", 0).await;
    assert_eq!(app.row_counts()["idempotency"], 3, "13 hours are no 24");
    inits(&app, 3, 2).await;
    let _phone = app.first_phone().await;
    app.advance(Duration::from_hours(12)).await;
    until_rows(&app, "idempotency", 2).await;
    assert_eq!(app.row_counts()["session"], 1, "12 hours to the millisecond");
    assert_eq!(app.row_counts()["payment"], 5);
    // Its key is free again, but its id is not.
    let again = app.psp_call(Method::POST, "/psp/v3/psppayments/init").await.json(&app.init_body("ex-0"));
    assert_eq!(Answer::to(again.header("Idempotency-Key", "ex-0")).await.error_codes(), ["44"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_pins_are_gone_a_day_after_the_last_and_known_browsers_after_90() {
    let app = TestApp::start().await;
    let _phone = app.first_phone().await;
    let wrong = json!({"phoneNumber": "99999999", "pin": "0000"});
    let answer = Answer::to(app.client().post(app.url("/app/v1/sessions")).json(&wrong)).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    app.advance(Duration::from_hours(24)).await;
    assert_eq!(app.row_counts()["pin_tries"], 2, "24 hours to the millisecond");
    app.advance(Duration::from_hours(1)).await;
    until_rows(&app, "pin_tries", 0).await;
    app.advance(Duration::from_hours(89 * 24 - 1)).await;
    assert_eq!(app.row_counts()["known_browser"], 1, "90 days to the millisecond");
    app.advance(Duration::from_hours(1)).await;
    until_rows(&app, "known_browser", 0).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_entries_is_gone_after_7_days_or_as_it_is_set_and_the_newest_stays() {
    for (days, settings) in [(7, &[][..]), (1, &[("batch_kept_days", "1")][..])] {
        let app = TestApp::with_settings(settings).await;
        let send = async |id: &str| {
            let entry = json!([{"pspTransactionId": id, "status": "CAPTURED", "amount": 1}]);
            drop(app.update_status(&entry).await.succeeded());
        };
        let long = Duration::from_hours(days * 24);
        for id in ["nobodys-1", "nobodys-2"] {
            send(id).await;
        }
        app.advance(long).await;
        app.forget_bearers().await;
        send("nobodys-3").await;
        assert_eq!(app.row_counts()["batch"], 3, "{days} days are not over");
        app.advance(Duration::from_hours(1)).await;
        for table in ["batch", "batch_entries", "batch_fate", "batch_refusal"] {
            until_rows(&app, table, 1).await;
        }
        app.forget_bearers().await;
        send("nobodys-4").await;
        app.advance(long.saturating_add(Duration::from_hours(1))).await;
        until_rows(&app, "batch", 1).await;
        let report = app.control("/batch/report").await["batches"].clone();
        assert_eq!((&report[0]["id"], report.as_array().map(Vec::len)), (&json!(4), Some(1)), "the newest stays");
        app.stop().await;
    }
}
