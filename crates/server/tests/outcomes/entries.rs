//! Updatestatus entries on a reserved payment: partial captures, releases and refunds, and every one that goes too far.

use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

use crate::history;
use crate::unknown::refused;

/// One entry, what the batch report says of it (`applied` or a code), and the sums after it: captured, remaining to
/// capture, refunded, remaining to refund.
type Step = (&'static str, i64, &'static str, [i64; 4]);

async fn walk(app: &TestApp, id: &str, steps: &[Step]) {
    let payment = app.init_with(id, json!({"amount": 1_000})).await;
    drop(app.force_approve(&payment).await.succeeded());
    for (status, amount, expected, [captured, to_capture, refunded, to_refund]) in steps {
        app.report(id, status, *amount).await;
        let said = refused(app).await;
        let want = if *expected == "applied" { Vec::new() } else { vec![format!("0 {id} {expected}")] };
        assert_eq!(said, want, "{id}: {status} {amount}");
        let sums = json!({"capturedAmount": captured, "remainingAmountToCapture": to_capture,
                          "refundedAmount": refunded, "remainingAmountToRefund": to_refund});
        assert_eq!(app.details(id).await["transactionSummary"], sums, "{id}: {status} {amount}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn partial_captures_and_refunds_add_up_and_one_ore_more_is_refused() {
    let app = TestApp::start().await;
    let steps = [
        ("REFUNDED", 1, "exceeds_captured", [0, 1_000, 0, 0]),
        ("CAPTURED", 1_001, "exceeds_remaining_to_capture", [0, 1_000, 0, 0]),
        ("CAPTURED", 300, "applied", [300, 700, 0, 300]),
        ("CAPTURED", 300, "applied", [600, 400, 0, 600]),
        ("REFUNDED", 601, "exceeds_captured", [600, 400, 0, 600]),
        ("REFUNDED", 100, "applied", [600, 400, 100, 500]),
        ("CAPTURED", 400, "applied", [1_000, 0, 100, 900]),
        ("CAPTURED", 1, "exceeds_remaining_to_capture", [1_000, 0, 100, 900]),
        ("REFUNDED", 900, "applied", [1_000, 0, 1_000, 0]),
        ("REFUNDED", 1, "exceeds_captured", [1_000, 0, 1_000, 0]),
        ("CANCELLED", 1_000, "exceeds_remaining_to_cancel", [1_000, 0, 1_000, 0]),
    ];
    walk(&app, "en-partial", &steps).await;
    let lines = [
        "RESERVED 1000 true",
        "CAPTURED 300 true",
        "CAPTURED 300 true",
        "REFUNDED 100 true",
        "CAPTURED 400 true",
        "REFUNDED 900 true",
    ];
    assert_eq!(history(&app, "en-partial").await, lines);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_releases_its_amount_or_with_the_whole_amount_all_that_remains() {
    let app = TestApp::start().await;
    let steps = [
        ("CANCELLED", 200, "applied", [0, 800, 0, 0]),
        ("CAPTURED", 500, "applied", [500, 300, 0, 500]),
        ("CANCELLED", 301, "exceeds_remaining_to_cancel", [500, 300, 0, 500]),
        ("CANCELLED", 1_000, "applied", [500, 0, 0, 500]),
        ("CANCELLED", 1_000, "exceeds_remaining_to_cancel", [500, 0, 0, 500]),
        ("CAPTURED", 1, "exceeds_remaining_to_capture", [500, 0, 0, 500]),
        ("REFUNDED", 500, "applied", [500, 0, 500, 0]),
    ];
    walk(&app, "en-release", &steps).await;
    let lines =
        ["RESERVED 1000 true", "CANCELLED 200 true", "CAPTURED 500 true", "CANCELLED 300 true", "REFUNDED 500 true"];
    assert_eq!(history(&app, "en-release").await, lines);
    let whole =
        [("CANCELLED", 1_000, "applied", [0, 0, 0, 0]), ("CAPTURED", 1, "exceeds_remaining_to_capture", [0; 4])];
    walk(&app, "en-whole", &whole).await;
    assert_eq!(app.state("en-whole"), "RESERVED", "RESERVED stays the state");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reserved_again_changes_nothing_and_another_amount_is_refused() {
    let app = TestApp::start().await;
    let steps = [
        ("RESERVED", 1_000, "applied", [0, 1_000, 0, 0]),
        ("RESERVED", 999, "other_amount", [0, 1_000, 0, 0]),
        ("RESERVED", 2_147_483_647, "other_amount", [0, 1_000, 0, 0]),
        ("CAPTURED", 2_147_483_647, "exceeds_remaining_to_capture", [0, 1_000, 0, 0]),
    ];
    walk(&app, "en-again", &steps).await;
    assert_eq!(history(&app, "en-again").await, ["RESERVED 1000 true"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_failed_at_the_acquirer_is_history_and_no_sum() {
    let app = TestApp::start().await;
    app.approved("en-failed").await;
    let before = app.details("en-failed").await["transactionSummary"].clone();
    for status in ["CAPTURED", "REFUNDED", "CANCELLED", "RESERVED"] {
        let entry = json!({"pspTransactionId": "en-failed", "status": status, "amount": 70, "operationStatus": "FAILED",
                           "paymentText": "tried"});
        drop(app.update_status(&json!([entry])).await.succeeded());
        assert_eq!(refused(&app).await, Vec::<String>::new());
    }
    let details = app.details("en-failed").await;
    assert_eq!(details["transactionSummary"], before);
    let lines =
        ["RESERVED 49900 true", "CAPTURED 70 false", "REFUNDED 70 false", "CANCELLED 70 false", "RESERVED 70 false"];
    assert_eq!(history(&app, "en-failed").await, lines);
    assert_eq!(details["transactionLogHistory"][1]["paymentText"], "tried");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_entry_holds_back_nobody_and_another_psps_payment_looks_like_none() {
    let app = TestApp::start().await;
    let good = app.approved("en-good").await;
    let other = app.other_credentials();
    let mut body = app.init_body("en-other");
    body["merchantOrderId"] = json!("en-order-of-another");
    let init = app.psp_call_of(&other, reqwest::Method::POST, "/psp/v3/psppayments/init").await.json(&body);
    drop(lommebok_testkit::test_app::Answer::to(init).await.succeeded());
    let entry =
        |id: &str, status: &str, amount: i64| json!({"pspTransactionId": id, "status": status, "amount": amount});
    let entries = json!([
        entry("nobodys", "CAPTURED", 1),
        entry("en-other", "CANCELLED", 1),
        entry("en-good", "CAPTURED", 49_901),
        entry("en-good", "CAPTURED", 100),
        entry("EN-GOOD", "CAPTURED", 100),
        entry("en-good", "REFUNDED", 40),
        entry("en-good", "REFUNDED", 61),
    ]);
    drop(app.update_status(&entries).await.succeeded());
    let expected = [
        "0 nobodys unknown_payment",
        "1 en-other unknown_payment",
        "2 en-good exceeds_remaining_to_capture",
        "4 EN-GOOD unknown_payment",
        "6 en-good exceeds_captured",
    ];
    assert_eq!(refused(&app).await, expected);
    let report = app.control("/batch/report").await["batches"][0].clone();
    let facts = ["entries", "applied", "finished"].map(|name| report[name].clone());
    assert_eq!(facts, [json!(7), json!(7), json!(true)]);
    let reasons: Vec<&Value> = report["refused"].as_array().expect("a list").iter().map(|one| &one["reason"]).collect();
    assert_eq!(reasons[0], reasons[1], "an unknown payment and another PSP's read alike");
    assert_eq!(history(&app, &good.id).await, ["RESERVED 49900 true", "CAPTURED 100 true", "REFUNDED 40 true"]);
    assert_eq!(app.state("en-other"), "AWAITING_USER");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_entry_twice_in_one_request_counts_twice() {
    let app = TestApp::start().await;
    app.approved("en-twice").await;
    let entry = json!({"pspTransactionId": "en-twice", "status": "CAPTURED", "amount": "100"});
    drop(app.update_status(&json!([entry, entry])).await.succeeded());
    assert_eq!(history(&app, "en-twice").await, ["RESERVED 49900 true", "CAPTURED 100 true", "CAPTURED 100 true"]);
    app.stop().await;
}
