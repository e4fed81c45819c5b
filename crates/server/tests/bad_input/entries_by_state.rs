//! updatestatus entries that can't be applied: the request is taken (200), the entry changes nothing, does not hold back the others,
//! and appears with its reason in the batch report.

use lommebok_testkit::cases::{Call, EachState};
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

fn entry(id: &str, status: &str, amount: i64) -> Value {
    json!({"pspTransactionId": id, "status": status, "amount": amount})
}

/// The codes of the refused entries of the newest batch, in order.
async fn refused(app: &TestApp) -> Vec<String> {
    let call =
        Call::new("GET", "/control/v1/batch/report").set("Authorization", format!("Bearer {}", app.control_token()));
    let report = app.exchange(&call).await.expect("an answer").succeeded();
    let refused = report.json["batches"][0]["refused"].as_array().expect("a list").clone();
    refused.iter().map(|entry| entry["code"].as_str().expect("a code").to_owned()).collect()
}

/// Sends one entry, and says why it was refused; `applied` if it was not.
async fn sent(app: &TestApp, entry: Value) -> String {
    let answer = app.update_status(&json!([entry])).await.succeeded();
    assert_eq!(answer.json["responseInfo"]["responseCode"], "9000");
    refused(app).await.pop().unwrap_or_else(|| "applied".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_state_takes_what_the_table_of_states_says_and_refuses_the_rest() {
    let app = TestApp::start().await;
    let states = EachState::of(&app).await;
    let not_reserved = ["RESERVED", "CAPTURED", "REFUNDED"];
    for state in ["AWAITING_USER", "AWAITING_APPROVAL", "STEP_UP"] {
        for status in not_reserved {
            let id = format!("in-{state}");
            assert_eq!(sent(&app, entry(&id, status, 49_900)).await, "not_reserved", "{state} {status}");
            assert_eq!(app.state(&id), state);
        }
    }
    for state in ["FAILED-certain", "CANCELLED", "EXPIRED"] {
        for status in not_reserved {
            let id = format!("in-{state}");
            assert_eq!(sent(&app, entry(&id, status, 49_900)).await, "disagreement", "{state} {status}");
        }
        assert_eq!(sent(&app, entry(&format!("in-{state}"), "CANCELLED", 1)).await, "applied", "{state}");
    }
    let unknown = "in-FAILED-unknown";
    assert_eq!(sent(&app, entry(unknown, "RESERVED", 49_899)).await, "other_amount");
    assert_eq!(sent(&app, entry(unknown, "CAPTURED", 49_901)).await, "exceeds_remaining_to_capture");
    assert_eq!(sent(&app, entry(unknown, "REFUNDED", 1)).await, "not_reserved");
    assert_eq!(sent(&app, entry("nobody-1", "CAPTURED", 1)).await, "unknown_payment");
    assert_eq!(app.payment(unknown).state.name().as_str(), "FAILED");
    assert_eq!(sent(&app, entry("in-AUTHORIZING", "REFUNDED", 1)).await, "applied", "it waits");
    assert_eq!(app.payment("in-AUTHORIZING").waiting, 1);
    states.gate.open();
    let settled = app.until("in-AUTHORIZING", |payment| payment.waiting == 0).await;
    assert_eq!((settled.state.name().as_str(), settled.sums.refunded()), ("RESERVED", 0));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_entry_takes_more_than_there_is() {
    let app = TestApp::start().await;
    drop(app.approved("sums-1").await);
    let steps = [
        ("RESERVED", 49_899, "other_amount"),
        ("RESERVED", 49_900, "applied"),
        ("REFUNDED", 1, "exceeds_captured"),
        ("CAPTURED", 49_901, "exceeds_remaining_to_capture"),
        ("CAPTURED", 2_147_483_647, "exceeds_remaining_to_capture"),
        ("CANCELLED", 49_901, "exceeds_remaining_to_cancel"),
        ("CAPTURED", 10_000, "applied"),
        ("CAPTURED", 10_000, "applied"),
        ("CAPTURED", 29_901, "exceeds_remaining_to_capture"),
        ("CANCELLED", 29_901, "exceeds_remaining_to_cancel"),
        ("CANCELLED", 100, "applied"),
        ("CAPTURED", 29_800, "applied"),
        ("CAPTURED", 1, "exceeds_remaining_to_capture"),
        ("CANCELLED", 1, "exceeds_remaining_to_cancel"),
        ("CANCELLED", 49_900, "exceeds_remaining_to_cancel"),
        ("REFUNDED", 49_801, "exceeds_captured"),
        ("REFUNDED", 49_800, "applied"),
        ("REFUNDED", 1, "exceeds_captured"),
    ];
    for (number, (status, amount, expected)) in steps.into_iter().enumerate() {
        assert_eq!(sent(&app, entry("sums-1", status, amount)).await, expected, "step {number}: {status} {amount}");
    }
    let sums = &app.details("sums-1").await["transactionSummary"];
    let expected = json!({"capturedAmount": 49_800, "remainingAmountToCapture": 0, "refundedAmount": 49_800,
                          "remainingAmountToRefund": 0});
    assert_eq!(*sums, expected);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_entry_holds_back_nobody_and_failed_operations_move_no_money() {
    let app = TestApp::start().await;
    for id in ["mixed-1", "mixed-2", "mixed-3"] {
        drop(app.approved(id).await);
    }
    let mut failed = entry("mixed-3", "CAPTURED", 49_900);
    failed["operationStatus"] = json!("FAILED");
    let entries = json!([
        entry("mixed-1", "REFUNDED", 1),
        entry("mixed-1", "CAPTURED", 100),
        entry("nobody-1", "CAPTURED", 100),
        entry("mixed-2", "CAPTURED", 49_901),
        entry("mixed-2", "CANCELLED", 49_900),
        entry("mixed-2", "CAPTURED", 1),
        failed,
        entry("mixed-1", "REFUNDED", 100),
    ]);
    drop(app.update_status(&entries).await.succeeded());
    let codes = ["exceeds_captured", "unknown_payment", "exceeds_remaining_to_capture", "exceeds_remaining_to_capture"];
    assert_eq!(refused(&app).await, codes);
    let sums = |id: &str| {
        let sums = app.payment(id).sums;
        (sums.captured(), sums.released(), sums.refunded())
    };
    assert_eq!(sums("mixed-1"), (100, 0, 100));
    assert_eq!(sums("mixed-2"), (0, 49_900, 0));
    assert_eq!(sums("mixed-3"), (0, 0, 0));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_sums_do_not_wrap() {
    let app = TestApp::start().await;
    let largest = 2_147_483_647_i64;
    let payment = app.init_with("large-1", json!({"amount": largest})).await;
    drop(app.force_approve(&payment).await.succeeded());
    let steps = [
        ("CAPTURED", largest, "applied"),
        ("CAPTURED", largest, "exceeds_remaining_to_capture"),
        ("REFUNDED", largest, "applied"),
        ("REFUNDED", largest, "exceeds_captured"),
        ("CANCELLED", largest, "exceeds_remaining_to_cancel"),
    ];
    for (status, amount, expected) in steps {
        assert_eq!(sent(&app, entry("large-1", status, amount)).await, expected, "{status}");
    }
    assert_eq!(app.details("large-1").await["transactionSummary"]["refundedAmount"], largest);
    app.stop().await;
}
