//! What there is to draw and to do of one payment: attempts with their times, the sums after each event, what happens next, what may be
//! done now.

use std::time::Duration;

use lommebok_testkit::cases::EachState;
use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

const A_SECOND: Duration = Duration::from_secs(1);

async fn act(app: &TestApp, id: &str, action: &str, body: Value) {
    let call = app.control_call(Method::POST, &format!("/payments/{id}/{action}"));
    drop(Answer::to(call.json(&body)).await.succeeded());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payments_life_can_be_drawn_from_what_is_shown_of_it() {
    let app = TestApp::start().await;
    app.psp.answer("ti-life", [Reply::SoftDecline("https://3ds.example/".to_owned()), Reply::Ok]);
    drop(app.init("ti-life").await);
    drop(app.advance(A_SECOND).await);
    act(&app, "ti-life", "approve", json!({"card": "0442"})).await;
    drop(app.advance(A_SECOND).await);
    act(&app, "ti-life", "step-up", json!({"result": "passed"})).await;
    for (status, amount) in [("CAPTURED", 40_000), ("REFUNDED", 1_000), ("CANCELLED", 9_900)] {
        drop(app.advance(A_SECOND).await);
        app.report("ti-life", status, amount).await;
    }
    let shown = app.shown("ti-life").await;
    assert_eq!(shown["entrance"], "landing_page");
    assert_eq!(shown["card"], json!({"id": 2, "network": "MASTERCARD", "lastFour": "0442"}));
    let at = |second: u32| format!("2026-05-04T10:00:0{second}.000Z");
    let attempt = |attempt: u32, outcome: &str, cause: Value, detail: &str| {
        let at = at(attempt);
        json!({"attempt": attempt, "queuedAt": at, "openedAt": at, "endedAt": at, "outcome": outcome, "cause": cause, "detail": detail})
    };
    let detail = shown["attempts"][0]["detail"].as_str().unwrap_or_default();
    let attempts = json!([attempt(1, "step_up", json!("psp_1036"), detail), attempt(2, "reserved", Value::Null, "")]);
    assert_eq!(shown["attempts"], attempts);
    let log = shown["log"].as_array().expect("a log is a list");
    let line = |entry: &Value| {
        let sums = &entry["sums"];
        let sums = ["reserved", "captured", "released", "refunded"].map(|name| sums[name].as_i64().unwrap_or(-1));
        (entry["version"].as_i64().unwrap_or(-1), entry["event"].as_str().unwrap_or_default().to_owned(), sums)
    };
    let lines: Vec<_> = log.iter().map(line).collect();
    let expected = [
        (2, "bound", [0; 4]),
        (3, "approved", [0; 4]),
        (4, "attempt_opened", [0; 4]),
        (5, "step_up_started", [0; 4]),
        (6, "step_up_passed", [0; 4]),
        (7, "attempt_opened", [0; 4]),
        (8, "reserved", [49_900, 0, 0, 0]),
        (9, "captured", [49_900, 40_000, 0, 0]),
        (10, "refunded", [49_900, 40_000, 0, 1_000]),
        (11, "released", [49_900, 40_000, 9_900, 1_000]),
    ];
    assert_eq!(lines, expected.map(|(version, event, sums)| (version, event.to_owned(), sums)));
    // A later page begins with the sums that were there before it.
    let page = app.control("/payments/ti-life?after=9&limit=1").await;
    assert_eq!((line(&page["log"][0]), &page["attempts"]), (lines[8].clone(), &attempts));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_state_says_what_happens_next_and_what_may_be_done() {
    let app = TestApp::start().await;
    let states = EachState::of(&app).await;
    let waits = ["approve", "cancel", "expire"];
    for (state, can_do, then) in [
        ("AWAITING_USER", &waits[..], "its link ends"),
        ("AWAITING_APPROVAL", &waits, "its user's time ends"),
        ("STEP_UP", &["cancel", "step-up", "expire"], "3-D Secure ends"),
        ("AUTHORIZING", &[], "the PSP has not answered"),
        ("RESERVED", &[], ""),
        ("FAILED-unknown", &[], ""),
        ("EXPIRED", &[], ""),
    ] {
        let shown = app.shown(&format!("in-{state}")).await;
        let actions = shown["canDo"].as_array().expect("actions");
        assert_eq!(actions.len(), 4, "{state}");
        let possible = actions.iter().filter(|action| action["possible"] == true);
        let possible: Vec<_> = possible.map(|action| action["action"].as_str().unwrap_or_default()).collect();
        assert_eq!(possible, can_do, "{state}");
        for action in actions {
            let reason = action["reason"].as_str().unwrap_or_default();
            let name = format!("{} is not possible: the payment is ", action["action"].as_str().unwrap_or_default());
            assert_eq!(reason.starts_with(&name), action["possible"] == false, "{state} {reason}");
        }
        match shown["due"].as_array().expect("what is due").as_slice() {
            [] => assert_eq!(then, "", "{state}"),
            [due] => assert!(due["kind"] == "deadline" && due["then"].as_str().unwrap_or_default().starts_with(then)),
            more => assert_eq!(more, [Value::Null], "{state}"),
        }
    }
    states.gate.open();
    drop(app.until_state("in-AUTHORIZING", "RESERVED").await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_outcomes_are_listed_from_either_end_with_what_settles_them() {
    let app = TestApp::start().await;
    for id in ["ti-1", "ti-2", "ti-3"] {
        drop(app.advance(A_SECOND).await);
        app.psp.answer(id, [Reply::Reset]);
        app.approved(id).await;
    }
    let ids = |page: &Value| -> Vec<String> {
        let payments = page["payments"].as_array().expect("payments");
        payments.iter().map(|payment| payment["pspTransactionId"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let newest = app.control("/unknown-outcomes").await;
    assert_eq!(
        (ids(&newest), &newest["count"], &newest["next"]),
        (vec!["ti-3".into(), "ti-2".into(), "ti-1".into()], &json!(3), &Value::Null)
    );
    assert_eq!(newest["payments"][0]["unknownSince"], "2026-05-04T10:00:03.000Z");
    assert!(newest["payments"][0]["whatToDo"].as_str().unwrap_or_default().contains("updatestatus"));
    let oldest = app.control("/unknown-outcomes?oldest_first=true&limit=2").await;
    assert_eq!(ids(&oldest), ["ti-1", "ti-2"]);
    let last = app.control(&format!("/unknown-outcomes?oldest_first=true&after={}", oldest["next"])).await;
    assert_eq!(ids(&last), ["ti-3"]);
    app.report("ti-1", "CANCELLED", 49_900).await;
    assert_eq!(ids(&app.control("/unknown-outcomes?oldest_first=true").await), ["ti-2", "ti-3"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_listed_with_the_fates_of_their_entries_and_each_entry_with_its_own() {
    let app = TestApp::with_settings(&[("batch", "on_demand")]).await;
    app.approved("ti-b").await;
    let entry = |id: &str, status: &str| json!({"pspTransactionId": id, "status": status, "amount": 49_900});
    let entries = json!([entry("ti-b", "CAPTURED"), entry("nobodys", "CAPTURED"), entry("ti-b", "CAPTURED")]);
    drop(app.update_status(&entries).await.succeeded());
    let counts = |applied: u32, refused: u32, by_code: Value, not_yet: u32| json!({"applied": applied, "waits": 0, "refused": refused, "refusedByCode": by_code, "notYet": not_yet});
    assert_eq!(app.control("/batch").await["batches"][0]["fates"], counts(0, 0, json!({}), 3));
    let waiting = app.control("/batch/1/entries?limit=2").await;
    let shown = |position: u32, fate: &str, code: Value, reason: Value, id: &str| {
        json!({"position": position, "fate": fate, "code": code, "reason": reason, "pspTransactionId": id,
               "status": "CAPTURED", "amount": 49_900})
    };
    let not_yet = |position, id| shown(position, "not_yet", Value::Null, Value::Null, id);
    assert_eq!(waiting["page"], json!([not_yet(0, "ti-b"), not_yet(1, "nobodys")]));
    assert_eq!(
        app.control(&format!("/batch/1/entries?from={}", waiting["from"])).await["page"],
        json!([not_yet(2, "ti-b")])
    );
    drop(Answer::to(app.control_call(Method::POST, "/batch/run")).await.succeeded());
    let listed = app.control("/batch?limit=1").await;
    let by_code = json!({"exceeds_remaining_to_capture": 1, "unknown_payment": 1});
    assert_eq!((&listed["batches"][0]["fates"], &listed["batches"][0]["psp"]), (&counts(1, 2, by_code, 0), &json!(1)));
    assert_eq!(app.control(&format!("/batch?before={}", listed["before"])).await["batches"], json!([]));
    let all = app.control("/batch/1/entries").await;
    assert_eq!((&all["page"][0], &all["from"]), (&shown(0, "applied", Value::Null, Value::Null, "ti-b"), &Value::Null));
    let refused = app.control("/batch/1/entries?fate=refused").await;
    let codes: Vec<_> = refused["page"].as_array().expect("a page").iter().map(|entry| entry["code"].clone()).collect();
    assert_eq!(codes, ["unknown_payment", "exceeds_remaining_to_capture"]);
    app.stop().await;
}
