//! An unknown outcome is listed until the PSP's own updatestatus settles it; a certain end is never turned into money.

use lommebok_domain::{Notice, Payment};
use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

use crate::{failure, history, no_sums};

/// A payment whose answer was lost.
async fn lost(app: &TestApp, id: &str) {
    app.psp.answer(id, [Reply::Reset]);
    app.approved(id).await;
    assert_eq!(failure(app, id).await, ["unknown", "reset", ""]);
}

async fn send(app: &TestApp, entry: Value) {
    drop(app.update_status(&json!([entry])).await.succeeded());
}

async fn listed(app: &TestApp) -> Vec<String> {
    let page = app.control("/payments?outcome_unknown=true").await;
    let payments = page["payments"].as_array().cloned().unwrap_or_default();
    payments.iter().map(|payment| payment["pspTransactionId"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The refusals of the newest batch, as `position id code`.
pub(crate) async fn refused(app: &TestApp) -> Vec<String> {
    let report = app.control("/batch/report").await;
    let refused = report["batches"][0]["refused"].as_array().cloned().unwrap_or_default();
    let line = |entry: &Value| {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", entry["position"], text("pspTransactionId"), text("code"))
    };
    refused.iter().map(line).collect()
}

fn sums(captured: i64, to_capture: i64, refunded: i64, to_refund: i64) -> Value {
    json!({"capturedAmount": captured, "remainingAmountToCapture": to_capture,
           "refundedAmount": refunded, "remainingAmountToRefund": to_refund})
}

#[tokio::test(flavor = "multi_thread")]
async fn reserved_settles_an_unknown_outcome_in_full() {
    let app = TestApp::start().await;
    lost(&app, "un-reserved").await;
    assert_eq!(listed(&app).await, ["un-reserved"]);
    send(&app, json!({"pspTransactionId": "un-reserved", "status": "RESERVED", "amount": 49_900})).await;
    assert_eq!(app.state("un-reserved"), "RESERVED");
    assert_eq!(listed(&app).await, Vec::<String>::new());
    assert_eq!(history(&app, "un-reserved").await, ["RESERVED 49900 false", "RESERVED 49900 true"]);
    assert_eq!(app.details("un-reserved").await["transactionSummary"], sums(0, 49_900, 0, 0));
    app.report("un-reserved", "CAPTURED", 49_900).await;
    assert_eq!(app.details("un-reserved").await["transactionSummary"], sums(49_900, 0, 0, 49_900));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn captured_settles_an_unknown_outcome_as_reserved_and_captured() {
    let app = TestApp::start().await;
    lost(&app, "un-captured").await;
    app.report("un-captured", "CAPTURED", 10_000).await;
    assert_eq!(app.state("un-captured"), "RESERVED");
    let expected = ["RESERVED 49900 false", "RESERVED 49900 true", "CAPTURED 10000 true"];
    assert_eq!(history(&app, "un-captured").await, expected);
    assert_eq!(app.details("un-captured").await["transactionSummary"], sums(10_000, 39_900, 0, 10_000));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_or_a_failed_reservation_settles_an_unknown_outcome_as_no_money() {
    let app = TestApp::start().await;
    let entries = [
        ("un-cancelled", json!({"status": "CANCELLED", "amount": 49_900})),
        ("un-part", json!({"status": "CANCELLED", "amount": 1})),
        ("un-failed", json!({"status": "RESERVED", "amount": 49_900, "operationStatus": "FAILED"})),
    ];
    for (id, mut entry) in entries {
        lost(&app, id).await;
        entry["pspTransactionId"] = json!(id);
        send(&app, entry).await;
        let why = "the PSP reported that nothing is reserved";
        assert_eq!(failure(&app, id).await, ["certain", "settled_as_not_reserved", why]);
        assert_eq!(history(&app, id).await, ["RESERVED 49900 false"], "one failure is one line");
        assert_eq!(app.details(id).await["transactionSummary"], no_sums());
        assert_eq!(app.psp.requests_for(id).len(), 1, "the PSP is told nothing that it has told us");
    }
    assert_eq!(listed(&app).await, Vec::<String>::new());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_settle_an_unknown_outcome_leaves_it_unknown() {
    let app = TestApp::start().await;
    let rows = [
        (json!({"status": "RESERVED", "amount": 49_901}), "other_amount"),
        (json!({"status": "CAPTURED", "amount": 49_901}), "exceeds_remaining_to_capture"),
        (json!({"status": "REFUNDED", "amount": 1}), "not_reserved"),
    ];
    lost(&app, "un-stays").await;
    for (mut entry, code) in rows {
        entry["pspTransactionId"] = json!("un-stays");
        send(&app, entry).await;
        assert_eq!(refused(&app).await, [format!("0 un-stays {code}")]);
        assert_eq!(failure(&app, "un-stays").await, ["unknown", "reset", ""]);
    }
    let failed =
        json!({"pspTransactionId": "un-stays", "status": "CAPTURED", "amount": 5, "operationStatus": "FAILED"});
    send(&app, failed).await;
    assert_eq!(refused(&app).await, Vec::<String>::new());
    assert_eq!(failure(&app, "un-stays").await, ["unknown", "reset", ""]);
    assert_eq!(history(&app, "un-stays").await, ["RESERVED 49900 false", "CAPTURED 5 false"]);
    assert_eq!(listed(&app).await, ["un-stays"]);
    app.stop().await;
}

/// A payment that ended without money, one in each of the three ways.
async fn ended_without_money(app: &TestApp) -> [&'static str; 3] {
    app.psp.answer("end-failed", [Reply::Fail(82)]);
    app.approved("end-failed").await;
    let cancelled = app.init("end-cancelled").await;
    let page = lommebok_testkit::landing_page::LandingPage::open(app, &cancelled).await;
    page.cancel().await;
    let delivered = |payment: &Payment| matches!(payment.notice, Notice::Delivered { .. });
    app.until("end-cancelled", delivered).await;
    app.init("end-expired").await;
    app.advance(std::time::Duration::from_mins(5)).await;
    app.until("end-expired", delivered).await;
    let states = ["end-failed", "end-cancelled", "end-expired"].map(|id| app.state(id));
    assert_eq!(states, ["FAILED", "CANCELLED", "EXPIRED"]);
    ["end-failed", "end-cancelled", "end-expired"]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_psp_that_claims_money_on_a_certain_end_is_refused_with_the_reason() {
    let app = TestApp::start().await;
    for id in ended_without_money(&app).await {
        let before = (app.payment(id).version, history(&app, id).await);
        for status in ["RESERVED", "CAPTURED", "REFUNDED"] {
            app.report(id, status, 49_900).await;
            assert_eq!(refused(&app).await, [format!("0 {id} disagreement")]);
        }
        let report = app.control("/batch/report").await;
        let reason = report["batches"][0]["refused"][0]["reason"].as_str().unwrap_or_default().to_owned();
        assert!(reason.contains("two systems disagree"), "{reason}");
        assert_eq!((app.payment(id).version, history(&app, id).await), before, "a refused entry never shows");
        assert_eq!(app.details(id).await["transactionSummary"], no_sums());
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_payment_that_ended_without_money_can_be_ended_by_cancelled() {
    let app = TestApp::start().await;
    for id in ended_without_money(&app).await {
        let before = history(&app, id).await;
        app.report(id, "CANCELLED", 49_900).await;
        assert_eq!(refused(&app).await, Vec::<String>::new());
        assert_eq!(history(&app, id).await, before);
        assert_eq!(app.details(id).await["transactionSummary"], no_sums());
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_psps_cancelled_ends_an_open_payment_without_a_notice() {
    let app = TestApp::start().await;
    let prompted = app.init("open-app").await;
    let phone = app.first_phone().await;
    drop(phone.open(&prompted.link).await.succeeded());
    app.init("open-link").await;
    app.psp.answer("open-step", [Reply::SoftDecline("https://3ds.example/".to_owned())]);
    app.approved("open-step").await;
    for id in ["open-link", "open-app", "open-step"] {
        let sent = app.psp.requests_for(id).len();
        for status in ["RESERVED", "CAPTURED", "REFUNDED"] {
            app.report(id, status, 49_900).await;
            assert_eq!(refused(&app).await, [format!("0 {id} not_reserved")]);
        }
        app.report(id, "CANCELLED", 1).await;
        assert_eq!(app.shown(id).await["stateDetail"], json!({"by": "PSP"}));
        assert_eq!(history(&app, id).await, ["CANCELLED 49900 true"]);
        app.advance(std::time::Duration::from_mins(1)).await;
        assert_eq!(app.psp.requests_for(id).len(), sent, "no notice of what the PSP did itself");
    }
    app.stop().await;
}
