//! Entries for a payment in AUTHORIZING wait until its attempt has ended, and then apply in the order of their acceptance.

use std::iter;
use std::time::Duration;

use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

use crate::{failure, history};

/// A payment whose attempt is open until the gate opens.
async fn open_attempt(app: &TestApp, id: &str, reply: Reply) {
    app.psp.answer(id, [reply]);
    let payment = app.init(id).await;
    let phone = app.first_phone().await;
    let number = phone.open(&payment.link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    drop(phone.approve(&number, &phone.card("VISA").await).await.succeeded());
    app.psp.wait_for_payment(id, 1).await;
}

/// Seven requests that only make sense in this order; the fourth and the seventh go too far.
const IN_ORDER: [(&str, i64); 7] = [
    ("CAPTURED", 40_000),
    ("REFUNDED", 40_000),
    ("CAPTURED", 5_000),
    ("CAPTURED", 4_901),
    ("CANCELLED", 400),
    ("CAPTURED", 4_500),
    ("REFUNDED", 9_501),
];

async fn send_in_order(app: &TestApp, id: &str) {
    for (status, amount) in IN_ORDER {
        app.report(id, status, amount).await;
    }
}

const APPLIED: [&str; 6] = [
    "RESERVED 49900 true",
    "CAPTURED 40000 true",
    "REFUNDED 40000 true",
    "CAPTURED 5000 true",
    "CANCELLED 400 true",
    "CAPTURED 4500 true",
];

/// The codes of the refused entries of the newest batches, oldest first.
async fn refusals(app: &TestApp) -> Vec<String> {
    let report = app.control("/batch/report").await;
    let batches = report["batches"].as_array().cloned().unwrap_or_default();
    let refused = batches.iter().rev().flat_map(|batch| batch["refused"].as_array().cloned().unwrap_or_default());
    refused.map(|entry| entry["code"].as_str().unwrap_or_default().to_owned()).collect()
}

async fn none_waits(app: &TestApp, id: &str) {
    app.until(id, |payment| payment.waiting == 0 && payment.state.is_final()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_wait_for_the_attempts_end_and_apply_in_order() {
    let app = TestApp::start().await;
    let gate = Gate::new();
    open_attempt(&app, "wa-order", Reply::Ok.held_by(&gate)).await;
    send_in_order(&app, "wa-order").await;
    assert_eq!(app.shown("wa-order").await["waitingEntries"], 7);
    assert_eq!(history(&app, "wa-order").await, Vec::<String>::new());
    assert_eq!(refusals(&app).await, Vec::<String>::new());
    gate.open();
    none_waits(&app, "wa-order").await;
    assert_eq!(history(&app, "wa-order").await, APPLIED);
    assert_eq!(refusals(&app).await, ["exceeds_remaining_to_capture", "exceeds_captured"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_comes_while_others_wait_does_not_overtake_them() {
    let app = TestApp::start().await;
    let gate = Gate::new();
    open_attempt(&app, "wa-late", Reply::Ok.held_by(&gate)).await;
    for _ in 0..20 {
        app.report("wa-late", "CAPTURED", 100).await;
    }
    // The refund makes sense only behind all captures, wherever the attempt's end falls between the requests.
    gate.open();
    for _ in 0..20 {
        app.report("wa-late", "REFUNDED", 100).await;
    }
    none_waits(&app, "wa-late").await;
    assert_eq!(refusals(&app).await, Vec::<String>::new());
    let sums = app.payment("wa-late").sums;
    assert_eq!((sums.captured(), sums.refunded()), (2_000, 2_000));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_entries_than_one_commit_takes_apply_in_order_while_requests_go_on() {
    let app = TestApp::start().await;
    let gate = Gate::new();
    open_attempt(&app, "wa-many", Reply::Ok.held_by(&gate)).await;
    let entry = |status| json!({"pspTransactionId": "wa-many", "status": status, "amount": 10});
    let entries: Vec<Value> =
        iter::repeat_n("CAPTURED", 450).chain(iter::repeat_n("REFUNDED", 450)).map(entry).collect();
    drop(app.update_status(&Value::from(entries)).await.succeeded());
    assert_eq!(app.shown("wa-many").await["waitingEntries"], 900);
    gate.open();
    // Each is right only behind all that was accepted before it.
    for status in iter::repeat_n(["CAPTURED", "REFUNDED"], 30).flatten() {
        app.report("wa-many", status, 10).await;
    }
    none_waits(&app, "wa-many").await;
    assert_eq!(refusals(&app).await, Vec::<String>::new());
    let sums = app.payment("wa-many").sums;
    assert_eq!((sums.captured(), sums.refunded()), (4_800, 4_800));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_entries_outlive_a_restart_and_keep_their_order() {
    let app = TestApp::start().await;
    let gate = Gate::new();
    open_attempt(&app, "wa-restart", Reply::Ok.held_by(&gate)).await;
    send_in_order(&app, "wa-restart").await;
    let stopping = app.wallet().tasks.stopping().clone();
    let open_the_gate = async {
        stopping.cancelled().await;
        gate.open();
    };
    let (app, ()) = tokio::join!(app.restarted(), open_the_gate);
    assert_eq!(app.shown("wa-restart").await["waitingEntries"], 0, "applied before it is ready");
    assert_eq!(history(&app, "wa-restart").await, APPLIED);
    assert_eq!(refusals(&app).await, ["exceeds_remaining_to_capture", "exceeds_captured"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_that_was_faster_than_our_own_timeout_settles_the_unknown_outcome() {
    let app = TestApp::start().await;
    open_attempt(&app, "wa-lost", Reply::Never).await;
    app.report("wa-lost", "CAPTURED", 49_900).await;
    app.advance(Duration::from_secs(15)).await;
    none_waits(&app, "wa-lost").await;
    assert_eq!(app.state("wa-lost"), "RESERVED");
    let expected = ["RESERVED 49900 false", "RESERVED 49900 true", "CAPTURED 49900 true"];
    assert_eq!(history(&app, "wa-lost").await, expected);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_capture_of_a_refused_payment_is_refused_and_said_in_its_batch() {
    let app = TestApp::start().await;
    let gate = Gate::new();
    open_attempt(&app, "wa-fail", Reply::Fail(82).held_by(&gate)).await;
    app.report("wa-fail", "CAPTURED", 49_900).await;
    gate.open();
    none_waits(&app, "wa-fail").await;
    assert_eq!(failure(&app, "wa-fail").await, ["certain", "psp_82", "scripted error 82"]);
    assert_eq!(refusals(&app).await, ["disagreement"]);
    let log = app.shown("wa-fail").await["log"].as_array().cloned().unwrap_or_default();
    let events: Vec<&Value> = log.iter().map(|line| &line["event"]).collect();
    assert_eq!(events.last(), Some(&&json!("waiting_entry_refused")));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_cancelled_ends_a_payment_that_went_into_step_up() {
    let app = TestApp::start().await;
    let gate = Gate::new();
    let soft = Reply::SoftDecline("https://3ds.example/".to_owned());
    open_attempt(&app, "wa-step", soft.held_by(&gate)).await;
    app.report("wa-step", "CANCELLED", 49_900).await;
    gate.open();
    none_waits(&app, "wa-step").await;
    assert_eq!(app.shown("wa-step").await["stateDetail"], json!({"by": "PSP"}));
    assert_eq!(app.psp.requests_for("wa-step").len(), 1);
    app.stop().await;
}
