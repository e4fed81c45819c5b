//! One payment from end to end over real HTTP: approved by force and captured; approved by the user on landing page and phone; expired.

use std::time::Duration;

use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::StatusCode;
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

#[tokio::test(flavor = "multi_thread")]
async fn the_user_confirms_the_number_and_approves_on_the_phone() {
    let app = TestApp::start().await;
    let payment = app.init("landing-1").await;
    let page = LandingPage::open(&app, &payment).await;
    let foreign = page.form("/landing/number", "number=12345678").header("Origin", "http://evil.example");
    assert_eq!(Answer::to(foreign).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.state("landing-1"), "AWAITING_USER");
    assert_eq!(page.confirm("12345678").await, StatusCode::SEE_OTHER);

    let phone = app.first_phone().await;
    let waiting = phone.waiting().await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].merchant.name, "Fjellkroa Kaffe");
    let card = phone.card("VISA").await;
    let approved = phone.approve(&waiting[0].id, &card).await.succeeded();
    assert_eq!(approved.status, StatusCode::ACCEPTED);
    assert_eq!(approved.json["state"], "AUTHORIZING");

    app.until_state("landing-1", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_expires_at_five_minutes_and_not_a_millisecond_before() {
    let app = TestApp::start().await;
    app.init("deadline-1").await;
    app.advance(Duration::from_millis(299_999)).await;
    assert_eq!(app.state("deadline-1"), "AWAITING_USER");
    let advanced = app.advance(Duration::from_millis(1)).await;
    assert_eq!(app.state("deadline-1"), "EXPIRED");
    assert!(!advanced.done.is_empty(), "the advance says what it did");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_and_a_number_that_is_nobodys_look_alike() {
    let app = TestApp::start().await;
    let mut answers = Vec::new();
    for (number, pin) in [("12345678", "0000"), ("99999999", "1236")] {
        let body = json!({"phoneNumber": number, "pin": pin});
        let answer = Answer::to(app.client().post(app.url("/app/v1/sessions")).json(&body)).await;
        answers.push((answer.status, answer.text));
    }
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert_eq!(answers[0], answers[1]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_speaks_the_language_that_the_app_accepts_and_english_otherwise() {
    let app = TestApp::start().await;
    let said = [
        ("nb-NO,nb;q=0.9,en;q=0.5", "Nummeret eller PIN-koden er feil."),
        ("en-GB,en", "The number or the PIN is wrong."),
        ("de", "The number or the PIN is wrong."),
    ];
    for (accepted, sentence) in said {
        let body = json!({"phoneNumber": "12345678", "pin": "0000"});
        let request = app.client().post(app.url("/app/v1/sessions")).header("Accept-Language", accepted).json(&body);
        let answer = Answer::to(request).await;
        assert_eq!(answer.json, json!({"code": "wrong_number_or_pin", "message": sentence}));
    }
    app.stop().await;
}
