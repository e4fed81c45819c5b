//! When updatestatus is applied: at once, at a time of day in Oslo, or on demand; repeated bodies, replays, and requests
//! that a crash cut in two.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lommebok_domain::Timestamp;
use lommebok_engine::clock::BusinessClock;
use lommebok_server::assembly::Seams;
use lommebok_store::{CommitHook, CommitStage};
use lommebok_testkit::test_app::{Answer, Setup, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::history;

const A_MILLISECOND: Duration = Duration::from_millis(1);
const A_WEEK: &str = "604800";

fn capture(id: &str, amount: i64) -> Value {
    json!({"pspTransactionId": id, "status": "CAPTURED", "amount": amount})
}

fn captured(app: &TestApp, id: &str) -> i64 {
    app.payment(id).sums.captured()
}

/// A sandbox that applies at `batch`, whose clock is frozen at `at`.
async fn applying(batch: &str, at: &str) -> TestApp {
    let at: jiff::Timestamp = at.parse().expect("a moment");
    let clock = BusinessClock::frozen(Timestamp::from_millis(at.as_millisecond()));
    let settings = vec![("batch", batch.to_owned()), ("token_lifetime_s", A_WEEK.to_owned())];
    TestApp::with(Setup { settings, seams: Seams { clock: Some(clock), ..Seams::default() }, ..Setup::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nightly_batch_applies_at_its_time_in_oslo_and_not_a_millisecond_before() {
    for (batch, now, minutes) in [
        ("02:00", "2026-05-04T10:00:00Z", 14 * 60),
        ("02:00", "2026-01-10T10:00:00Z", 15 * 60),
        // The night in which the clock is put back: 02:30 comes twice, and the first counts.
        ("02:30", "2026-10-24T22:00:00Z", 150),
        // The night in which 02:30 does not come: half an hour after the gap began.
        ("02:30", "2027-03-27T23:30:00Z", 120),
    ] {
        let app = applying(batch, now).await;
        app.approved("ba-night").await;
        drop(app.update_status(&json!([capture("ba-night", 100), capture("nobodys", 1)])).await.succeeded());
        assert_eq!(captured(&app, "ba-night"), 0);
        let waits = app.control("/batch/report").await["batches"][0].clone();
        assert_eq!((&waits["finished"], &waits["applied"]), (&json!(false), &json!(0)));
        app.advance(Duration::from_mins(minutes).saturating_sub(A_MILLISECOND)).await;
        assert_eq!(captured(&app, "ba-night"), 0, "{now}");
        app.advance(A_MILLISECOND).await;
        assert_eq!(captured(&app, "ba-night"), 100, "{now}");
        assert_eq!(crate::unknown::refused(&app).await, ["1 nobodys unknown_payment"]);
        drop(app.update_status(&json!([capture("ba-night", 200)])).await.succeeded());
        // Nights are 23, 24 or 25 hours apart.
        app.advance(Duration::from_hours(23).saturating_sub(A_MILLISECOND)).await;
        assert_eq!(captured(&app, "ba-night"), 100, "the next one waits for the next night");
        app.advance(Duration::from_hours(2).saturating_add(A_MILLISECOND)).await;
        assert_eq!(captured(&app, "ba-night"), 300);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nightly_batch_whose_time_passed_while_the_server_was_down_is_applied_before_it_is_ready() {
    let app = applying("02:00", "2026-05-04T10:00:00Z").await;
    app.approved("ba-down").await;
    drop(app.update_status(&json!([capture("ba-down", 100)])).await.succeeded());
    let app = app.restarted().await;
    assert_eq!(captured(&app, "ba-down"), 0);
    let app = app.restarted_after(Duration::from_hours(14)).await;
    assert_eq!(captured(&app, "ba-down"), 100);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_demand_applies_in_the_order_of_acceptance_when_the_operator_says_so() {
    let app = applying("on_demand", "2026-05-04T10:00:00Z").await;
    app.approved("ba-demand").await;
    drop(app.update_status(&json!([capture("ba-demand", 49_000)])).await.succeeded());
    drop(app.update_status(&json!([capture("ba-demand", 901)])).await.succeeded());
    let refund = json!([{"pspTransactionId": "ba-demand", "status": "REFUNDED", "amount": 49_000}]);
    drop(app.update_status(&refund).await.succeeded());
    app.advance(Duration::from_hours(48)).await;
    assert_eq!(history(&app, "ba-demand").await, ["RESERVED 49900 true"]);
    let app = app.restarted().await;
    let run = Answer::to(app.control_call(Method::POST, "/batch/run")).await.succeeded();
    let batches = run.json["batches"].as_array().cloned().unwrap_or_default();
    let refused: Vec<usize> = batches.iter().map(|batch| batch["refused"].as_array().map_or(9, Vec::len)).collect();
    assert_eq!(refused, [0, 1, 0], "the second goes too far by one øre");
    assert_eq!(history(&app, "ba-demand").await, ["RESERVED 49900 true", "CAPTURED 49000 true", "REFUNDED 49000 true"]);
    let again = Answer::to(app.control_call(Method::POST, "/batch/run")).await.succeeded();
    assert_eq!(again.json, json!({"batches": []}), "nothing is applied twice");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_waiting_requests_than_one_look_takes_are_all_applied_by_one_run() {
    let app = Arc::new(applying("on_demand", "2026-05-04T10:00:00Z").await);
    for id in ["ba-many", "ba-more"] {
        app.approved(id).await;
    }
    let mut sending = tokio::task::JoinSet::new();
    for sender in 0..16 {
        let app = Arc::clone(&app);
        sending.spawn(async move {
            for number in (0..1_001).skip(sender).step_by(16) {
                let id = if number % 2 == 0 { "ba-many" } else { "ba-more" };
                drop(app.update_status(&json!([capture(id, 1)])).await.succeeded());
            }
        });
    }
    sending.join_all().await;
    drop(Answer::to(app.control_call(Method::POST, "/batch/run")).await.succeeded());
    assert_eq!([captured(&app, "ba-many"), captured(&app, "ba-more")], [501, 500]);
    Arc::into_inner(app).expect("nobody else has it").stop().await;
}

/// Sends this body to updatestatus, with an idempotency key if one is given.
async fn send(app: &TestApp, key: Option<&str>, body: &str) -> Answer {
    let request = app.psp_call(Method::POST, "/psp/v3/psppayments/updatestatus").await;
    let request = request.header("Content-Type", "application/json").body(body.to_owned());
    Answer::to(if let Some(key) = key { request.header("Idempotency-Key", key) } else { request }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_byte_identical_body_within_a_day_is_flagged_and_counts_all_the_same() {
    let app = applying("immediate", "2026-05-04T10:00:00Z").await;
    app.approved("ba-same").await;
    let body = json!({"transactions": [capture("ba-same", 100)]}).to_string();
    let flagged = async || app.control("/batch/report").await["batches"][0]["sameBodyWithin24h"].clone();
    assert_eq!(send(&app, None, &body).await.succeeded().hint(), "");
    assert_eq!(flagged().await, false);
    let again = send(&app, None, &body).await.succeeded();
    assert!(again.hint().contains("byte-identical"), "{}", again.hint());
    assert_eq!(flagged().await, true);
    drop(send(&app, None, &format!("{body} ")).await.succeeded());
    assert_eq!(flagged().await, false, "one space is another body");
    app.advance(Duration::from_hours(24)).await;
    drop(send(&app, None, &body).await.succeeded());
    assert_eq!(flagged().await, false, "a day later");
    assert_eq!(captured(&app, "ba-same"), 400);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_with_the_same_key_is_answered_alike_and_applied_once() {
    let app = TestApp::start().await;
    app.approved("ba-key").await;
    let body = json!({"transactions": [capture("ba-key", 100)]}).to_string();
    let first = send(&app, Some("key-1"), &body).await.succeeded();
    for _ in 0..3 {
        let again = send(&app, Some("key-1"), &body).await;
        assert_eq!((again.status, again.text.as_str()), (first.status, first.text.as_str()));
    }
    assert_eq!(captured(&app, "ba-key"), 100);
    let other = json!({"transactions": [capture("ba-key", 101)]}).to_string();
    assert_eq!(send(&app, Some("key-1"), &other).await.status, StatusCode::CONFLICT);
    assert_eq!(captured(&app, "ba-key"), 100);
    drop(send(&app, Some("key-2"), &body).await.succeeded());
    assert_eq!(captured(&app, "ba-key"), 200, "another key is another request");
    let app = app.restarted().await;
    drop(send(&app, Some("key-1"), &body).await.succeeded());
    assert_eq!(captured(&app, "ba-key"), 200, "the key outlives a restart");
    app.stop().await;
}

/// Ends the writer's thread before the `at`th sync from the arming on: what a crash leaves behind.
fn crash_hook(left: &Arc<AtomicUsize>) -> CommitHook {
    let left = Arc::clone(left);
    Arc::new(move |stage| {
        if stage == CommitStage::BeforeSync && left.load(Ordering::SeqCst) > 0 {
            assert!(left.fetch_sub(1, Ordering::SeqCst) > 1, "a planned crash before a sync");
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_1200_entries_cut_by_a_crash_is_finished_at_the_next_start_and_nothing_counts_twice() {
    // Three commits of 500, 500 and 200: the crash comes before the sync of each.
    for (crash_before, applied_by_then) in [(1, 0), (2, 500), (3, 1_000)] {
        let left = Arc::new(AtomicUsize::new(0));
        let seams = Seams { commit_hook: Some(crash_hook(&left)), ..Seams::default() };
        let app = TestApp::with(Setup { seams, ..Setup::default() }).await;
        let ids = ["cut-1", "cut-2", "cut-3", "cut-4"];
        for id in ids {
            app.approved(id).await;
        }
        let entries: Vec<Value> = ids.iter().cycle().take(1_200).map(|id| capture(id, 1)).collect();
        let body = json!({"transactions": entries}).to_string();
        left.store(crash_before, Ordering::SeqCst);
        let answer = send(&app, Some("cut-key"), &body).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "no 200 before all of it is durable");
        let sum = |app: &TestApp| ids.iter().fold(0_i64, |sum, id| sum.saturating_add(captured(app, id)));
        assert_eq!(sum(&app), applied_by_then);
        let app = app.restarted_after(Duration::ZERO).await;
        assert_eq!(sum(&app), if crash_before == 1 { 0 } else { 1_200 }, "finished before it is ready");
        drop(send(&app, Some("cut-key"), &body).await.succeeded());
        for id in ids {
            assert_eq!(captured(&app, id), 300, "the PSP's own repetition counts once");
        }
        let report = app.control("/batch/report").await["batches"].clone();
        assert_eq!(report.as_array().map(Vec::len), Some(1));
        let facts = ["entries", "applied", "finished"].map(|name| report[0][name].clone());
        assert_eq!(facts, [json!(1_200), json!(1_200), json!(true)]);
        app.stop().await;
    }
}

/// Steps are 500 entries, and the next is decided while one is being stored.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_counts_on_what_the_step_before_it_did() {
    let app = TestApp::start().await;
    let others = ["st-other-1", "st-other-2", "st-other-3"];
    for id in others.into_iter().chain(["st-first", "st-second"]) {
        app.approved(id).await;
    }
    let refund = |id: &str, amount: i64| json!({"pspTransactionId": id, "status": "REFUNDED", "amount": amount});
    // Each step has a payment of its own, so that nothing else keeps the next one from being decided early.
    let mut entries: Vec<Value> = others.iter().flat_map(|id| vec![capture(id, 1); 500]).collect();
    // The last of the first step, and the first of the second: applied only when the capture is seen.
    entries[499] = capture("st-first", 100);
    entries[500] = refund("st-first", 60);
    // In the second step and at the end of the third: refused only when the refund is seen.
    entries[501] = capture("st-second", 100);
    entries[502] = refund("st-second", 100);
    entries[1_499] = refund("st-second", 1);
    drop(app.update_status(&json!(entries)).await.succeeded());
    let sums = |id: &str| (app.payment(id).sums.captured(), app.payment(id).sums.refunded());
    assert_eq!((sums("st-first"), sums("st-second")), ((100, 60), (100, 100)));
    assert_eq!(others.map(|id| captured(&app, id)), [499, 497, 499]);
    assert_eq!(crate::unknown::refused(&app).await, ["1499 st-second exceeds_captured"]);
    app.stop().await;
}
