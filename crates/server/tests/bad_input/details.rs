//! `GET …/{pspTransactionId}/details` in every state: what is shown of it, and what is not.

use lommebok_testkit::cases::EachState;
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn details_show_sums_and_history_of_each_state() {
    let app = TestApp::start().await;
    let states = EachState::of(&app).await;
    let rows = app.row_counts();
    let line = |operation: &str, success: bool| {
        json!([{"amount": 49_900, "paymentText": "Order 1001", "timeStamp": "2026-05-04T10:05:00.000Z",
                "operation": operation, "operationSuccess": success}])
    };
    let expected = [
        ("AWAITING_USER", 0, json!([])),
        ("AWAITING_APPROVAL", 0, json!([])),
        ("AUTHORIZING", 0, json!([])),
        ("STEP_UP", 0, json!([])),
        ("RESERVED", 49_900, line("RESERVED", true)),
        ("FAILED-certain", 0, line("RESERVED", false)),
        ("FAILED-unknown", 0, line("RESERVED", false)),
        ("CANCELLED", 0, line("CANCELLED", true)),
        ("EXPIRED", 0, line("CANCELLED", true)),
    ];
    for (state, remaining, history) in expected {
        let details = app.details(&format!("in-{state}")).await;
        let sums = json!({"capturedAmount": 0, "remainingAmountToCapture": remaining, "refundedAmount": 0,
                          "remainingAmountToRefund": 0});
        assert_eq!(details["transactionSummary"], sums, "{state}");
        assert_eq!(details["transactionLogHistory"], history, "{state}");
        assert_eq!(details.as_object().map(serde_json::Map::len), Some(4), "{state}");
    }
    assert_eq!(app.row_counts(), rows, "reading writes nothing");
    states.gate.open();
    app.until_state("in-AUTHORIZING", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_of_details_are_numbers_and_refused_entries_never_show() {
    let app = TestApp::start().await;
    drop(app.approved("details-1").await);
    app.report("details-1", "CAPTURED", 49_901).await;
    app.report("details-1", "REFUNDED", 1).await;
    let details = app.details("details-1").await;
    let operations: Vec<&Value> =
        details["transactionLogHistory"].as_array().expect("a list").iter().map(|line| &line["operation"]).collect();
    assert_eq!(operations, ["RESERVED"]);
    assert!(details["transactionSummary"]["remainingAmountToCapture"].is_i64());
    app.stop().await;
}
