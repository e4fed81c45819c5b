//! What the PSP's good answers make of a payment: OK and FAIL, seen by PSP, phone, landing page and operator.

use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{failure, history, no_sums};

#[tokio::test(flavor = "multi_thread")]
async fn ok_reserves_the_whole_amount_for_everybody_to_see() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    let payment = app.init("ok-1").await;
    let opened = phone.open(&payment.link).await.succeeded().json;
    let card = phone.card("VISA").await;
    let id = opened["id"].as_str().expect("an id").to_owned();
    drop(phone.approve(&id, &card).await.succeeded());
    app.until_state("ok-1", "RESERVED").await;
    assert_eq!(history(&app, "ok-1").await, ["RESERVED 49900 true"]);
    let sums = app.details("ok-1").await["transactionSummary"].clone();
    let expected = json!({"capturedAmount": 0, "remainingAmountToCapture": 49900,
                          "refundedAmount": 0, "remainingAmountToRefund": 0});
    assert_eq!(sums, expected);
    let seen = phone.get(&format!("/payments/{id}")).await;
    assert_eq!(seen["state"], "RESERVED");
    assert_eq!(seen["card"], json!({"network": "VISA", "lastFour": "1111"}));
    assert_eq!(seen["failure"], Value::Null);
    assert_eq!(seen["backToShop"], "https://shop.example/thanks", "the link was opened on the phone");
    assert_eq!(phone.waiting().await, []);
    assert_eq!(phone.get("/receipts").await["receipts"][0]["payment"]["id"], id);
    let page = Answer::to(app.client().get(app.url(&format!("/landing/wait?token={}", payment.token)))).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("url=https://shop.example/thanks"), "{}", page.text);
    app.stop().await;
}

/// The listed errors, each as a string and as a number.
const ERRORS: [&str; 15] = ["71", "72", "81", "82", "83", "84", "85", "86", "87", "88", "89", "91", "93", "94", "1036"];

#[tokio::test(flavor = "multi_thread")]
async fn fail_is_certain_and_keeps_the_psps_error_as_string_or_number() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    for error in ERRORS {
        let number: u32 = error.parse().expect("an error is a number");
        for (form, error_id) in [("s", json!(error)), ("n", json!(number))] {
            let id = format!("fail-{form}{error}");
            let payment = app.init(&id).await;
            let body = json!({"paymentInfo": {"pspTransactionId": id, "status": "FAIL"},
                              "errorMessage": {"errorId": error_id, "errorText": "as the issuer says"}});
            app.psp.answer(&id, [Reply::Json(200, body)]);
            assert_eq!(app.force_approve(&payment).await.status, StatusCode::OK);
            assert_eq!(failure(&app, &id).await, ["certain", &format!("psp_{error}"), "as the issuer says"]);
            assert_eq!(history(&app, &id).await, ["RESERVED 49900 false"]);
            assert_eq!(app.details(&id).await["transactionSummary"], no_sums());
            let number = app.payment(&id).id.get();
            let seen = phone.get(&format!("/payments/{number}")).await;
            assert_eq!(seen["failure"], json!({"code": error, "outcome": "certain", "reason": null}));
            assert_eq!(app.psp.requests_for(&id).len(), 1, "a refusal is no reason for a notice");
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fail_without_a_readable_error_is_certain_all_the_same() {
    let app = TestApp::start().await;
    let messages = [
        Value::Null,
        json!({}),
        json!("82"),
        json!({"errorId": null}),
        json!({"errorId": ["82"]}),
        json!({"errorId": 8.5}),
        json!({"errorId": ""}),
    ];
    for (number, message) in messages.into_iter().enumerate() {
        let id = format!("bare-{number}");
        let payment = app.init(&id).await;
        let body = json!({"paymentInfo": {"pspTransactionId": id, "status": "FAIL"}, "errorMessage": message});
        app.psp.answer(&id, [Reply::Json(200, body)]);
        drop(app.force_approve(&payment).await.succeeded());
        assert_eq!(failure(&app, &id).await, ["certain", "psp_refused", ""], "{message}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_was_cut_in_an_emoji_is_kept_with_the_replacement_character() {
    let app = TestApp::start().await;
    let payment = app.init("half-1").await;
    let body = r#"{"paymentInfo":{"pspTransactionId":"half-1","status":"FAIL"},"errorMessage":{"errorId":"82","errorText":"Avvist \ud83d"}}"#;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    app.psp.answer("half-1", [Reply::Raw([head.as_bytes(), body.as_bytes()].concat())]);
    drop(app.force_approve(&payment).await.succeeded());
    assert_eq!(failure(&app, "half-1").await, ["certain", "psp_82", "Avvist \u{fffd}"]);

    drop(app.approved("half-2").await);
    let entries = r#"{"transactions":[{"pspTransactionId":"half-2","status":"CAPTURED","amount":1,"paymentText":"Kaffe \ude00"}]}"#;
    let call = app.call(&app.credentials(), "POST", "/psp/v3/psppayments/updatestatus").await;
    drop(app.exchange(&call.json(&json!({})).body(entries)).await.expect("an answer").succeeded());
    assert_eq!(app.details("half-2").await["transactionLogHistory"][1]["paymentText"], "Kaffe \u{fffd}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_members_beside_a_good_answer_change_nothing() {
    let app = TestApp::start().await;
    let payment = app.init("more-1").await;
    let body = json!({"paymentInfo": {"pspTransactionId": "more-1", "status": "OK", "url3dSecure": null, "extra": [1]},
                      "errorMessage": null, "_links": {}});
    app.psp.answer("more-1", [Reply::Json(200, body)]);
    drop(app.force_approve(&payment).await.succeeded());
    assert_eq!(app.state("more-1"), "RESERVED");
    app.stop().await;
}
