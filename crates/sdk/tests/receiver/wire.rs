//! The wire: every spelling that a wallet may use is understood, and bad input gets an answer that names the fault.

use std::sync::{Arc, Mutex};

use http::{Method, Request, StatusCode};
use http_body_util::Full;
use lommebok_sdk::receiver::{Approval, InMemory, TokenType};
use lommebok_sdk::{Answer, MakePayment, PaymentHandler, Receiver};
use serde_json::{Value, json};

use crate::psp::{Psp, accepted, bare, call, notice, receiver, send, token};

/// Keeps the approval that it gets.
#[derive(Clone, Default)]
struct Keeping(Arc<Mutex<Option<Approval>>>);

impl PaymentHandler for Keeping {
    async fn make_payment(&self, call: MakePayment) -> Answer {
        let MakePayment::Accepted(payment) = call else { panic!("{call:?}") };
        *self.0.lock().unwrap() = Some((*payment).clone());
        payment.ok()
    }
}

/// What the handler gets for this body.
async fn understood(body: &Value) -> Approval {
    let keeping = Keeping::default();
    let receiver = Receiver::builder(keeping.clone(), InMemory::new(), token()).start().await.unwrap();
    assert_eq!(send(&receiver, call(body)).await.said(), "OK", "{body}");
    keeping.0.lock().unwrap().take().unwrap()
}

#[tokio::test]
async fn an_approval_is_handed_over_as_it_was_sent() {
    let approval = understood(&accepted("abcABC12345")).await;
    assert_eq!(approval.psp_transaction_id.as_str(), "abcABC12345");
    assert_eq!(approval.merchant_serial_number.as_str(), "100001");
    assert_eq!(approval.bin_number, "492556");
    let token = &approval.network_token;
    assert_eq!(token.number.expose(), "4895370013193500");
    assert_eq!((token.expiry_month, token.expiry_year), (3, 2030));
    assert_eq!(token.cryptogram.expose(), "AlhlvxmN2ZKuAAESNFZ4GoABFA==");
    assert_eq!((&token.token_type, token.eci.as_str()), (&TokenType::Visa, "07"));
    let success = approval.operations.success.as_ref().unwrap();
    assert_eq!(success.expose(), "https://wallet.example/mobileintercept?transactionId=1&responsecode=OK");
    assert!(approval.operations.cancel.is_some() && approval.operations.failure.is_some());
}

#[tokio::test]
async fn debug_shows_no_token_no_cryptogram_and_no_way_back() {
    let shown = format!("{:?}", understood(&accepted("a1")).await);
    for secret in ["4895370013193500", "Alhlvx", "mobileintercept"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("a1") && shown.contains("Visa"), "{shown}");
}

#[tokio::test]
async fn numbers_may_be_strings_and_years_short_and_words_in_any_case() {
    let mut body = accepted("a1");
    body["merchantSerialNumber"] = json!(100_001);
    body["binNumber"] = json!(492_556);
    body["unknown"] = json!({"deep": [1, 2]});
    body["networkToken"] = json!({
        "number": 4_895_370_013_193_500_u64,
        "expiryMonth": 5,
        "expiryYear": "25",
        "cryptogram": "AlhlvxmN2ZKuAAESNFZ4GoABFA==",
        "tokenType": "mastercard",
    });
    body["operations"] = json!([{"operation": "3DSSuccess", "url": "https://w.example/ok"}, {"operation": 1}, null]);
    let approval = understood(&body).await;
    assert_eq!(approval.bin_number, "492556");
    assert_eq!((approval.network_token.expiry_month, approval.network_token.expiry_year), (5, 2025));
    assert_eq!(approval.network_token.number.expose(), "4895370013193500");
    assert_eq!((&approval.network_token.token_type, approval.network_token.eci.as_str()), (&TokenType::Mastercard, ""));
    assert!(approval.operations.success.is_some() && approval.operations.cancel.is_none());
}

#[tokio::test]
async fn what_an_authorisation_does_not_need_may_be_missing() {
    let mut body = accepted("a1");
    for member in ["binNumber", "operations", "paymentInstrument"] {
        body.as_object_mut().unwrap().remove(member);
    }
    let approval = understood(&body).await;
    assert_eq!(approval.bin_number, "");
    assert!(approval.operations.success.is_none());
}

#[tokio::test]
async fn a_notice_may_have_the_members_that_only_an_approval_needs() {
    for state in ["USER_CANCEL", "TIMEOUT"] {
        let psp = Psp::default();
        let receiver = receiver(&psp).await;
        let mut long = accepted("a1");
        long["paymentState"] = state.into();
        assert_eq!(send(&receiver, call(&long)).await.said(), "OK");
        assert_eq!(send(&receiver, call(&notice("a2", state))).await.said(), "OK");
        assert_eq!(psp.log().len(), 2);
    }
}

#[tokio::test]
async fn a_call_of_the_wallet_that_makes_no_sense_is_answered_71_with_the_field() {
    let long = "1".repeat(20);
    let faults: [(&str, Value, &str); 13] = [
        ("/paymentState", json!("accepted"), "paymentState is none of ACCEPTED, USER_CANCEL, TIMEOUT"),
        ("/paymentState", Value::Null, "paymentState is missing"),
        ("/merchantSerialNumber", json!("1234"), "merchantSerialNumber must be 5 to 10 digits"),
        ("/merchantSerialNumber", json!(""), "merchantSerialNumber is missing"),
        ("/networkToken", Value::Null, "networkToken is missing"),
        ("/networkToken", json!([]), "networkToken is missing"),
        ("/networkToken/number", json!("4895 3700 1319 3500"), "networkToken.number is not 12 to 19 digits"),
        ("/networkToken/number", json!(long), "networkToken.number is not 12 to 19 digits"),
        ("/networkToken/number", json!(4.5), "networkToken.number is missing"),
        ("/networkToken/expiryMonth", json!("13"), "networkToken.expiryMonth is not a month"),
        ("/networkToken/expiryYear", json!("203"), "networkToken.expiryYear is not a year"),
        ("/networkToken/expiryYear", json!("1999"), "networkToken.expiryYear is not a year"),
        ("/networkToken/cryptogram", json!(""), "networkToken.cryptogram is missing"),
    ];
    for (place, value, fault) in faults {
        let psp = Psp::default();
        let receiver = receiver(&psp).await;
        let mut body = accepted("a1");
        *body.pointer_mut(place).unwrap() = value;
        let reply = send(&receiver, call(&body)).await;
        assert_eq!((reply.status, reply.said().as_str()), (200, "FAIL 71"), "{place}");
        assert_eq!(reply.json["errorMessage"]["errorText"], fault);
        assert_eq!(psp.log().len(), 0);
    }
}

#[tokio::test]
async fn what_is_no_call_at_all_is_answered_400_with_the_reason() {
    let receiver = receiver(&Psp::default()).await;
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let bodies = [
        ("", "the body can't be read as JSON"),
        ("<xml/>", "the body can't be read as JSON"),
        ("{", "the body can't be read as JSON"),
        ("{} {}", "the body can't be read as JSON"),
        ("\u{feff}{}", "the body can't be read as JSON"),
        (deep.as_str(), "the body can't be read as JSON"),
        (r#"{"pspTransactionId":"a1","pspTransactionId":"a2"}"#, "the body can't be read as JSON: a member is doubled"),
        (
            r#"{"pspTransactionId":"a1","networkToken":{"number":"4895370013193500","\u006eumber":"1"}}"#,
            "the body can't be read as JSON: a member is doubled",
        ),
        (r#"{"pspTransactionId":"a1","operations":[{"url":"a","url":"a"}]}"#, "the body can't be read as JSON"),
        ("null", "pspTransactionId is missing"),
        ("[]", "pspTransactionId is missing"),
        ("{\"pspTransactionId\":[]}", "pspTransactionId is missing"),
        ("{\"pspTransactionId\":\"..\"}", "pspTransactionId must be 1 to 36"),
        ("{\"pspTransactionId\":\"a/b\"}", "pspTransactionId must be 1 to 36"),
    ];
    for (body, reason) in bodies {
        let request = Request::post("/").header("Authorization", "Bearer wallet-1");
        let reply = send(&receiver, request.body(Full::from(body.to_owned())).unwrap()).await;
        assert_eq!(reply.status, 400, "{body}");
        let text = reply.json["errorMessage"]["errorText"].as_str().unwrap();
        assert!(text.starts_with(&format!("Invalid request: {reason}")), "{text}");
    }
    let invalid = Request::post("/").body(Full::from(b"{\"pspTransactionId\":\"\xff\"}".to_vec())).unwrap();
    assert_eq!(send(&receiver, invalid).await.status, 400);
}

#[tokio::test]
async fn a_body_of_more_than_64_kib_is_refused() {
    let receiver = receiver(&Psp::default()).await;
    let mut body = accepted("a1");
    body["padding"] = "x".repeat(64 * 1024).into();
    assert_eq!(send(&receiver, call(&body)).await, bare(StatusCode::PAYLOAD_TOO_LARGE));
    body["padding"] = "x".repeat(60 * 1024).into();
    assert_eq!(send(&receiver, call(&body)).await.said(), "OK");
}

#[tokio::test]
async fn only_post_is_taken() {
    let receiver = receiver(&Psp::default()).await;
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS] {
        let mut request = call(&accepted("a1"));
        *request.method_mut() = method;
        assert_eq!(send(&receiver, request).await, bare(StatusCode::METHOD_NOT_ALLOWED));
    }
}
