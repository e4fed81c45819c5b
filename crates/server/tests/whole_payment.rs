//! One payment from end to end over real HTTP: token, init, force-approve, capture, details.

use lommebok_testkit::test_app::TestApp;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_reserved_captured_and_shown() {
    let app = TestApp::start().await;
    let payment = app.init_with("abcABC12345", json!({"amount": "49900", "merchantOrderId": "abcABC-12345"})).await;
    assert_eq!(app.force_approve(&payment).await.succeeded().text, "");
    assert_eq!(app.state("abcABC12345"), "RESERVED");
    let captured =
        json!([{"pspTransactionId": "abcABC12345", "status": "CAPTURED", "amount": "49900", "currency": "NOK"}]);
    let answer = app.update_status(&captured).await.succeeded();
    assert_eq!(answer.json, json!({"responseInfo": {"responseCode": "9000", "responseMessage": "SUCCESS"}}));
    let line = |operation, text| {
        json!({"amount": 49900, "paymentText": text, "timeStamp": "2026-05-04T10:00:00.000Z",
               "operation": operation, "operationSuccess": true})
    };
    let expected = json!({
        "pspTransactionId": "abcABC12345",
        "merchantOrderId": "abcABC-12345",
        "transactionSummary": {
            "capturedAmount": 49900,
            "remainingAmountToCapture": 0,
            "refundedAmount": 0,
            "remainingAmountToRefund": 49900,
        },
        "transactionLogHistory": [line("RESERVED", "Order 1001"), line("CAPTURED", "Order 1001")],
    });
    assert_eq!(app.details("abcABC12345").await, expected);
    assert_eq!(app.psp.requests_for("abcABC12345").len(), 1, "one approval posts one token once");
    app.stop().await;
}
