//! The access token: one fetch for many callers, the next one in time, once more after a 401.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lommebok_sdk::{Error, NotSent, PspTransactionId, Retries};
use tokio::task::JoinSet;

use crate::scripted_wallet::{Reply, Request, ScriptedWallet, token_reply};

fn details() -> Reply {
    let sums = r#""transactionSummary":{"capturedAmount":"0","remainingAmountToCapture":0,"refundedAmount":0,"remainingAmountToRefund":0}"#;
    let body = format!(r#"{{"pspTransactionId":"a1","merchantOrderId":"o",{sums},"transactionLogHistory":[{{}}]}}"#);
    Reply::Json(200, body)
}

fn id() -> PspTransactionId {
    "a1".parse().unwrap()
}

/// Issues `token-1`, `token-2` and so on.
fn numbered(before: usize) -> Reply {
    token_reply(&format!("token-{}", before.checked_add(1).unwrap()))
}

fn carries(request: &Request, token: &str) -> bool {
    request.header("authorization") == Some(&format!("Bearer {token}"))
}

/// 100 callers at once; answers what each got.
async fn hundred_calls(wallet: &ScriptedWallet, retries: Retries) -> Vec<Result<(), Error>> {
    let client = wallet.client(retries);
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let client = client.clone();
        calls.spawn(async move { client.details(&id()).await.map(drop) });
    }
    calls.join_all().await
}

#[tokio::test]
async fn a_hundred_callers_fetch_one_token() {
    let wallet =
        ScriptedWallet::start(|request, before| if request.is_token_request() { numbered(before) } else { details() })
            .await;
    assert!(hundred_calls(&wallet, Retries::none()).await.iter().all(Result::is_ok));
    assert_eq!((wallet.token_requests(), wallet.calls().len()), (1, 100));
    assert!(wallet.calls().iter().all(|call| carries(call, "token-1")));
}

#[tokio::test]
async fn a_token_request_carries_the_credentials_and_a_call_the_rest() {
    let wallet = ScriptedWallet::that_answers([details()]).await;
    wallet.client(Retries::none()).details(&id()).await.unwrap();
    let call = wallet.calls().remove(0);
    assert_eq!(call.line, "GET /psp/v3/psppayments/a1/details HTTP/1.1");
    assert_eq!(call.header("ocp-apim-subscription-key"), Some("the-key"));
    assert_eq!(call.header("psp-id"), Some("THE-PSP"));
    assert_eq!(call.header("client_secret"), None);
}

#[tokio::test]
async fn a_hundred_callers_share_one_failure_of_the_token_endpoint() {
    let wallet = ScriptedWallet::start(|_, _| Reply::Json(500, "[]".to_owned())).await;
    let outcomes = hundred_calls(&wallet, Retries::none()).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::NotSent(NotSent::NoAccessToken(_))))));
    assert_eq!((wallet.token_requests(), wallet.calls().len()), (1, 0));
}

#[tokio::test]
async fn credentials_that_are_refused_are_not_tried_again() {
    let refused = r#"{"error":"invalid_client","error_description":"The credentials are not valid"}"#;
    let wallet = ScriptedWallet::start(move |_, _| Reply::Json(401, refused.to_owned())).await;
    let error = wallet.client(Retries::fixed(5, Duration::from_secs(1))).access_token().await.unwrap_err();
    let Error::Refused(refusal) = &error else { panic!("{error:?}") };
    assert_eq!((refusal.status, refusal.details[0].message.as_str()), (401, "The credentials are not valid"));
    assert_eq!(wallet.token_requests(), 1);
}

#[tokio::test]
async fn a_token_is_replaced_before_it_expires() {
    let wallet =
        ScriptedWallet::start(|request, before| if request.is_token_request() { numbered(before) } else { details() })
            .await;
    let client = wallet.client(Retries::none());
    for (passed_s, token) in
        [(0, "token-1"), (3_299, "token-1"), (1, "token-2"), (3_299, "token-2"), (9_999, "token-3")]
    {
        wallet.clock.advance(Duration::from_secs(passed_s));
        client.details(&id()).await.unwrap();
        assert!(carries(wallet.calls().last().unwrap(), token), "{passed_s}");
    }
}

#[tokio::test]
async fn the_old_token_goes_on_while_it_is_good_and_no_new_one_is_to_be_had() {
    let wallet = ScriptedWallet::start(|request, before| match (request.is_token_request(), before) {
        (true, 0) => numbered(0),
        (true, _) => Reply::Reset,
        (false, _) => details(),
    })
    .await;
    let client = wallet.client(Retries::none());
    client.details(&id()).await.unwrap();
    wallet.clock.advance(Duration::from_secs(3_400));
    client.details(&id()).await.unwrap();
    client.details(&id()).await.unwrap();
    assert_eq!(wallet.token_requests(), 2);
    wallet.clock.advance(Duration::from_secs(10));
    client.details(&id()).await.unwrap();
    assert_eq!(wallet.token_requests(), 3);
    wallet.clock.advance(Duration::from_secs(190));
    assert!(matches!(client.details(&id()).await, Err(Error::NotSent(NotSent::NoAccessToken(_)))));
}

#[tokio::test]
async fn a_silent_token_endpoint_holds_up_one_caller_while_the_old_token_is_good() {
    let wallet = ScriptedWallet::start(|request, before| match (request.is_token_request(), before) {
        (true, 0) => numbered(0),
        (true, _) => Reply::Never,
        (false, _) => details(),
    })
    .await;
    let client = wallet.client(Retries::none());
    client.details(&id()).await.unwrap();
    wallet.clock.advance(Duration::from_mins(55));
    let held_up = tokio::spawn({
        let client = client.clone();
        async move { client.details(&id()).await }
    });
    wallet.until_requests(3).await;
    for _ in 0..3 {
        let (limit, id) = (Duration::from_secs(20), id());
        tokio::time::timeout(limit, client.details(&id)).await.expect("others don't wait").unwrap();
        assert!(carries(wallet.calls().last().unwrap(), "token-1"));
    }
    assert_eq!(wallet.token_requests(), 2);
    held_up.abort();
}

#[tokio::test]
async fn a_401_fetches_one_new_token_for_all_and_the_calls_succeed() {
    let revoked = Arc::new(AtomicBool::new(false));
    let is_revoked = Arc::clone(&revoked);
    let wallet = ScriptedWallet::start(move |request, before| {
        if request.is_token_request() {
            numbered(before)
        } else if is_revoked.load(Ordering::SeqCst) && carries(request, "token-1") {
            Reply::Json(401, r#"{"statusCode":401,"message":"Access token is not valid"}"#.to_owned())
        } else {
            details()
        }
    })
    .await;
    let client = wallet.client(Retries::none());
    client.details(&id()).await.unwrap();
    revoked.store(true, Ordering::SeqCst);
    let mut calls = JoinSet::new();
    for _ in 0..50 {
        let client = client.clone();
        calls.spawn(async move { client.details(&id()).await.map(drop) });
    }
    assert!(calls.join_all().await.iter().all(Result::is_ok));
    assert_eq!(wallet.token_requests(), 2);
}

#[tokio::test]
async fn a_wallet_that_refuses_every_token_is_asked_once_more_and_no_more() {
    let wallet = ScriptedWallet::start(|request, before| {
        if request.is_token_request() { numbered(before) } else { Reply::Json(401, "{}".to_owned()) }
    })
    .await;
    let error = wallet.client(Retries::fixed(5, Duration::from_secs(1))).details(&id()).await.unwrap_err();
    assert!(matches!(&error, Error::Refused(refusal) if refusal.status == 401), "{error:?}");
    assert_eq!((wallet.token_requests(), wallet.calls().len()), (2, 2));
}

#[tokio::test]
async fn a_token_answer_that_makes_no_sense_is_unreadable() {
    for body in
        ["{}", r#"{"access_token":"a"}"#, r#"{"access_token":"a\nb","expires_in":"1"}"#, r#"{"access_token":1}"#]
    {
        let wallet = ScriptedWallet::start(move |_, _| Reply::Json(200, body.to_owned())).await;
        let error = wallet.client(Retries::none()).access_token().await.unwrap_err();
        assert!(matches!(error, Error::Unreadable(_)), "{body} {error:?}");
    }
    let lenient = r#"{"access_token":"a","expires_on":"1000","not_before":900}"#;
    let wallet = ScriptedWallet::start(move |_, _| Reply::Json(200, lenient.to_owned())).await;
    let token = wallet.client(Retries::none()).access_token().await.unwrap();
    assert_eq!((token.expose(), token.lifetime()), ("a", Duration::from_secs(100)));
    assert!(!format!("{token:?}").contains("\"a\""));
}
