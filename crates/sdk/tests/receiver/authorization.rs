//! Who is believed: only a call that carries the token of that very payment. Others learn nothing.

use http::{Request, StatusCode};
use http_body_util::Full;
use lommebok_sdk::receiver::{BoxError, Expected, InMemory};
use lommebok_sdk::{MakePaymentToken, PspTransactionId, Receiver};

use crate::psp::{Psp, accepted, bare, call, receiver, send};

/// What is expected of a payment: each has a token of its own, `none` has none, `broken` can't be looked up.
async fn expected(id: PspTransactionId) -> Result<Expected, BoxError> {
    match id.as_str() {
        "none" => Ok(Expected::Nothing),
        "broken" => Err("the database is down".into()),
        "unknown" => Ok(Expected::UnknownPayment),
        other => Ok(Expected::Token(MakePaymentToken::new(format!("token of {other}"))?)),
    }
}

async fn said(id: &str, authorization: &[&str]) -> (String, usize) {
    let psp = Psp::default();
    let receiver = Receiver::builder(psp.clone(), InMemory::new(), expected).start().await.unwrap();
    let mut request = Request::post("/");
    for value in authorization {
        request = request.header("Authorization", *value);
    }
    let request = request.body(Full::from(accepted(id).to_string())).unwrap();
    (send(&receiver, request).await.said(), psp.log().len())
}

#[tokio::test]
async fn a_call_with_the_payments_own_token_is_believed() {
    assert_eq!(said("a1", &["token of a1"]).await, ("OK".to_owned(), 1));
}

#[tokio::test]
async fn a_call_with_any_other_token_is_refused_and_the_handler_not_called() {
    let wrong: [&[&str]; 8] = [
        &[],
        &[""],
        &["token of a2"],
        &["token of a"],
        &["token of a12"],
        &["Token of a1"],
        &["Bearer token of a1"],
        &["token of a1", "token of a1"],
    ];
    for values in wrong {
        assert_eq!(said("a1", values).await, ("401".to_owned(), 0), "{values:?}");
    }
}

#[tokio::test]
async fn a_payment_without_token_believes_anybody_and_an_unknown_one_nobody() {
    assert_eq!(said("none", &[]).await, ("OK".to_owned(), 1));
    assert_eq!(said("none", &["whatever"]).await, ("OK".to_owned(), 1));
    assert_eq!(said("unknown", &["token of unknown"]).await, ("401".to_owned(), 0));
}

#[tokio::test]
async fn a_look_up_that_fails_is_no_refusal() {
    assert_eq!(said("broken", &["token of broken"]).await, ("503".to_owned(), 0));
}

#[tokio::test]
async fn who_is_not_believed_learns_nothing() {
    let receiver = receiver(&Psp::default()).await;
    let mut malformed = accepted("a1");
    malformed["networkToken"] = "none".into();
    for body in [accepted("a1"), accepted("a2"), malformed] {
        let mut request = call(&body);
        request.headers_mut().insert("Authorization", "Bearer wrong".parse().unwrap());
        assert_eq!(send(&receiver, request).await, bare(StatusCode::UNAUTHORIZED));
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_up_that_hangs_is_given_up_in_time() {
    let hangs = |_id| std::future::pending::<Result<Expected, BoxError>>();
    let receiver = Receiver::builder(Psp::default(), InMemory::new(), hangs).start().await.unwrap();
    let begun = tokio::time::Instant::now();
    assert_eq!(send(&receiver, call(&accepted("a1"))).await, bare(StatusCode::SERVICE_UNAVAILABLE));
    assert!(begun.elapsed().as_millis() <= 14_500, "{:?}", begun.elapsed());
}
