//! Servers that fail in every way: what the error says may have happened, and what is repeated.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use lommebok_sdk::transport::{Transport, TransportError};
use lommebok_sdk::{
    Amount, BoxFuture, Client, Credentials, Error, Init, MakePaymentUrl, MaybeSent, MerchantSerialNumber, NotSent,
    PspRedirectUrl, PspTransactionId, Retries, StatusUpdate,
};

use crate::jumping_clock::JumpingClock;
use crate::scripted_wallet::{Reply, ScriptedWallet};

const SECOND: Duration = Duration::from_secs(1);

fn id() -> PspTransactionId {
    "a1".parse().unwrap()
}

fn init() -> Init {
    init_of(Amount::ore(49_900).unwrap(), "https://shop.example/")
}

fn init_of(amount: Amount, back: &str) -> Init {
    let (url, back) = (MakePaymentUrl::new("https://psp.example/").unwrap(), PspRedirectUrl::new(back).unwrap());
    Init::new(id(), "order-1".parse().unwrap(), amount, url, back)
}

fn msn() -> MerchantSerialNumber {
    "100001".parse().unwrap()
}

fn initiated() -> Reply {
    let body =
        r#"{"pspTransactionId":"a1","merchantOrderId":"order-1","vippsRedirectUrl":"https://w.example/?token=t"}"#;
    Reply::Json(200, body.to_owned())
}

fn refused(status: u16) -> Reply {
    let body = r#"[{"errorCode":"51","errorMessage":"Invalid request","contextId":"c-1"}]"#;
    Reply::Json(status, body.to_owned())
}

/// What a call to a wallet that always answers so ends with, and how many tries it took.
async fn ends_with(reply: Reply, retries: Retries) -> (Error, usize) {
    let wallet = ScriptedWallet::that_answers([reply]).await;
    let error = wallet.client(retries).init(&msn(), &init()).await.unwrap_err();
    (error, wallet.calls().len())
}

#[tokio::test]
async fn a_wallet_that_nobody_runs_is_not_sent_anything() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let credentials = Credentials::new("a", "b", "c", "d");
    let client = Client::builder(credentials).base_url(base_url).retries(Retries::none()).build().unwrap();
    let error = client.init(&msn(), &init()).await.unwrap_err();
    let Error::NotSent(NotSent::NoAccessToken(cause)) = &error else { panic!("{error:?}") };
    assert!(matches!(**cause, Error::NotSent(NotSent::Unreachable(_))), "{cause:?}");
    assert!(!error.may_have_taken_effect());
    assert!(error.to_string().starts_with("the request was not sent: no access token: "), "{error}");
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_the_outcome_unknown() {
    let truncated = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"pspTransactionId\":".to_vec();
    let garbage = b"HTTP/9.9 nonsense\r\n\r\n".to_vec();
    for reply in [Reply::Reset, Reply::Close, Reply::Raw(truncated), Reply::Raw(garbage)] {
        let (error, tries) = ends_with(reply.clone(), Retries::none()).await;
        assert!(matches!(error, Error::MaybeSent(MaybeSent::Broken(_))), "{reply:?} {error:?}");
        assert!(error.may_have_taken_effect() && tries == 1);
    }
}

#[tokio::test]
async fn silence_ends_at_the_time_limit_and_leaves_the_outcome_unknown() {
    let wallet = ScriptedWallet::start(|request, _| {
        if request.is_token_request() { crate::scripted_wallet::token_reply("t") } else { Reply::Never }
    })
    .await;
    let credentials = Credentials::new("a", "b", "c", "d");
    let clock = lommebok_testing::HandClock::new();
    let builder = Client::builder(credentials).base_url(wallet.base_url()).retries(Retries::none());
    let client = builder.timeout(10 * SECOND).clock(clock.clone()).build().unwrap();
    let calling = tokio::spawn(async move { client.init(&msn(), &init()).await.unwrap_err() });
    wallet.until_requests(2).await;
    clock.advance(10 * SECOND);
    let error = calling.await.unwrap();
    assert!(matches!(error, Error::MaybeSent(MaybeSent::TimedOut)), "{error:?}");
}

#[tokio::test]
async fn a_4xx_is_a_refusal_that_is_not_repeated() {
    for status in [400, 403, 404, 405, 409, 413, 415] {
        let (error, tries) = ends_with(refused(status), Retries::fixed(3, SECOND)).await;
        let Error::Refused(refusal) = &error else { panic!("{error:?}") };
        assert_eq!((refusal.status, tries), (status, 1));
        assert!(error.has_code("51") && !error.has_code("44") && !error.may_have_taken_effect());
        assert_eq!(refusal.context_id.as_deref(), Some("c-1"));
    }
}

#[tokio::test]
async fn a_5xx_is_repeated_and_leaves_the_outcome_unknown() {
    for status in [500, 502, 503, 504] {
        let (error, tries) = ends_with(refused(status), Retries::fixed(3, SECOND)).await;
        assert!(matches!(error, Error::MaybeSent(MaybeSent::Failed(_))), "{error:?}");
        assert_eq!((error.refusal().unwrap().status, tries), (status, 4));
        assert!(error.may_have_taken_effect() && error.has_code("51"));
    }
}

#[tokio::test]
async fn a_refusal_does_not_hide_that_an_earlier_try_may_have_taken_effect() {
    let entry = StatusUpdate::captured(id(), Amount::ore(100).unwrap());
    for lost in [Reply::Reset, Reply::Close, refused(503)] {
        for status in [400, 401, 403, 429] {
            let wallet = ScriptedWallet::that_answers([lost.clone(), refused(status)]).await;
            let error = wallet.client(Retries::fixed(1, SECOND)).init(&msn(), &init()).await.unwrap_err();
            assert!(matches!(error, Error::MaybeSent(MaybeSent::NotConfirmed { .. })), "{lost:?} {error:?}");
            assert!(error.may_have_taken_effect() && error.has_code("51"), "{lost:?} {error:?}");
            assert_eq!(error.refusal().unwrap().status, status);

            let wallet = ScriptedWallet::that_answers([lost.clone(), refused(status)]).await;
            let report = wallet.client(Retries::fixed(1, SECOND)).update_status(entry.clone()).await;
            assert!(report.not_accepted.unwrap().error.may_have_taken_effect(), "{lost:?} {status}");
        }
    }
}

#[tokio::test]
async fn a_wallet_that_went_away_after_a_lost_answer_may_have_done_it() {
    let lost: TransportError = TransportError::maybe_sent("the connection broke");
    let client = Client::builder(Credentials::new("a", "b", "c", "d"))
        .transport(Falling::with([lost, TransportError::not_sent("nobody listens")]))
        .clock(JumpingClock::default())
        .retries(Retries::fixed(1, SECOND));
    let error = client.build().unwrap().init(&msn(), &init()).await.unwrap_err();
    assert!(error.may_have_taken_effect(), "{error:?}");
    let said = "what came of the request is not known: an earlier try may have taken effect; the last one: the request was not \
                sent: no connection to the wallet";
    assert_eq!(error.to_string(), said);
    let earlier = std::error::Error::source(&error).unwrap();
    assert_eq!(earlier.to_string(), "what came of the request is not known: the connection broke");
}

#[tokio::test]
async fn what_only_reads_is_refused_as_the_last_try_was() {
    let wallet = ScriptedWallet::that_answers([Reply::Reset, refused(404)]).await;
    let error = wallet.client(Retries::fixed(1, SECOND)).details(&id()).await.unwrap_err();
    assert!(matches!(&error, Error::Refused(refusal) if refusal.status == 404), "{error:?}");
}

/// A transport that issues a token and fails calls in this order.
#[derive(Debug)]
struct Falling(Mutex<VecDeque<TransportError>>);

impl Falling {
    fn with(faults: impl Into<VecDeque<TransportError>>) -> Self {
        Self(Mutex::new(faults.into()))
    }
}

impl Transport for Falling {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        let token = r#"{"expires_in":"3600","access_token":"token-1"}"#;
        let answer = match request.uri().path() {
            "/accesstoken/get" => Ok(http::Response::new(Bytes::from_static(token.as_bytes()))),
            _ => Err(self.0.lock().unwrap().pop_front().expect("no more calls come")),
        };
        Box::pin(async move { answer })
    }
}

#[tokio::test]
async fn a_success_that_is_none_is_unreadable_and_not_repeated() {
    let bodies = [
        "",
        "<html>",
        "null",
        "[]",
        "{}",
        r#"{"pspTransactionId":"a1"}"#,
        r#"{"pspTransactionId":1,"merchantOrderId":"o","vippsRedirectUrl":"u"}"#,
        r#"{"pspTransactionId":"A1","merchantOrderId":"order-1","vippsRedirectUrl":"https://w.example/"}"#,
    ];
    for body in bodies {
        let (error, tries) = ends_with(Reply::Json(200, body.to_owned()), Retries::fixed(3, SECOND)).await;
        let Error::Unreadable(unreadable) = &error else { panic!("{body} {error:?}") };
        assert_eq!((unreadable.status(), tries), (200, 1), "{body}");
        assert!(error.may_have_taken_effect());
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 307, 308] {
        let reply = Reply::With(status, "Location: http://127.0.0.1:1/\r\n", String::new());
        let (error, tries) = ends_with(reply, Retries::fixed(3, SECOND)).await;
        assert!(matches!(error, Error::Unreadable(_)) && tries == 1, "{error:?}");
    }
}

#[tokio::test]
async fn repeats_carry_the_same_key_and_the_same_body() {
    let replies = [Reply::Reset, refused(503), Reply::Close, initiated()];
    let wallet = ScriptedWallet::that_answers(replies).await;
    let client = wallet.client(Retries::fixed(5, SECOND));
    client.init(&msn(), &init()).await.unwrap();
    let calls = wallet.calls();
    assert_eq!((calls.len(), wallet.token_requests()), (4, 1));
    let key = calls[0].header("idempotency-key").unwrap().to_owned();
    assert!(key.len() >= 32);
    assert!(calls.iter().all(|call| call.header("idempotency-key") == Some(&key) && call.body == calls[0].body));
    client.init(&msn(), &init()).await.unwrap();
    assert_ne!(wallet.calls()[4].header("idempotency-key"), Some(key.as_str()));
    assert_eq!(wallet.clock.pauses_ms(), [1_000, 1_000, 1_000]);
}

#[tokio::test]
async fn a_429_is_repeated_after_what_the_wallet_asks_for() {
    let busy = Reply::With(429, "Retry-After: 7\r\n", "[]".to_owned());
    let wallet = ScriptedWallet::that_answers([busy.clone(), busy, initiated()]).await;
    wallet.client(Retries::fixed(2, SECOND)).init(&msn(), &init()).await.unwrap();
    assert_eq!(wallet.clock.pauses_ms(), [7_000, 7_000]);
}

#[tokio::test]
async fn a_retry_after_beyond_the_bound_ends_the_call() {
    let busy = Reply::With(429, "Retry-After: 3600\r\n", "[]".to_owned());
    let wallet = ScriptedWallet::that_answers([busy]).await;
    let error = wallet.client(Retries::fixed(2, SECOND)).init(&msn(), &init()).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().retry_after, Some(3_600 * SECOND));
    assert_eq!((wallet.calls().len(), wallet.clock.pauses_ms().len()), (1, 0));
    assert!(!error.may_have_taken_effect());
}

#[tokio::test]
async fn a_hint_of_the_sandbox_is_part_of_the_error() {
    let reply = Reply::With(400, "Lommebok-Hint: amounts are whole minor units\r\n", "[]".to_owned());
    let (error, _) = ends_with(reply, Retries::none()).await;
    assert!(error.to_string().ends_with("(hint: amounts are whole minor units)"), "{error}");
}

#[tokio::test]
async fn an_amount_below_a_krone_and_an_address_that_opens_no_page_are_not_sent() {
    let wallet = ScriptedWallet::that_answers([initiated()]).await;
    let small = init_of(Amount::ore(99).unwrap(), "https://shop.example/");
    let apps_own = init_of(Amount::ore(100).unwrap(), "myapp://back");
    for (init, field) in [(small, "amount"), (apps_own, "pspRedirectUrl")] {
        let error = wallet.client(Retries::none()).init(&msn(), &init).await.unwrap_err();
        assert!(matches!(&error, Error::NotSent(NotSent::Invalid(fault)) if fault.field() == field), "{error:?}");
    }
    assert!(wallet.calls().is_empty() && wallet.token_requests() == 0);
}

#[tokio::test]
async fn an_answer_larger_than_8_mib_is_given_up() {
    let large = Reply::Json(200, format!("{{\"padding\":\"{}\"}}", "x".repeat(9 * 1024 * 1024)));
    let (error, _) = ends_with(large, Retries::none()).await;
    assert!(matches!(error, Error::MaybeSent(MaybeSent::Broken(_))), "{error:?}");
}

#[tokio::test]
async fn updatestatus_stops_at_the_first_request_that_fails_and_says_where() {
    let taken = Reply::Json(200, r#"{"responseInfo":{"responseCode":"9000","responseMessage":"SUCCESS"}}"#.to_owned());
    let entry = StatusUpdate::captured(id(), Amount::ore(100).unwrap());
    for (failure, may_be_there) in [(refused(400), false), (Reply::Reset, true)] {
        let wallet = ScriptedWallet::that_answers([taken.clone(), failure]).await;
        let report = wallet.client(Retries::none()).update_status(vec![entry.clone(); 12_000]).await;
        let not_accepted = report.not_accepted.as_ref().unwrap();
        assert_eq!(report.accepted, 5_000);
        assert_eq!((not_accepted.failed.clone(), not_accepted.not_sent.clone()), (5_000..10_000, 10_000..12_000));
        assert_eq!(not_accepted.error.may_have_taken_effect(), may_be_there);
        assert_eq!(wallet.calls().len(), 2);
        assert!(report.complete().is_err());
    }
}

#[tokio::test]
async fn each_request_of_updatestatus_has_a_key_of_its_own_that_a_repeat_has_too() {
    let wallet = ScriptedWallet::that_answers([Reply::Json(200, "{}".to_owned())]).await;
    let entry = StatusUpdate::captured(id(), Amount::ore(100).unwrap());
    let updates = lommebok_sdk::StatusUpdates::new(vec![entry; 5_001]).idempotency_key("batch-7".parse().unwrap());
    let client = wallet.client(Retries::none());
    assert_eq!(client.update_status(updates.clone()).await.complete().unwrap(), 5_001);
    assert_eq!(client.update_status(updates).await.complete().unwrap(), 5_001);
    let keys: Vec<_> = wallet.calls().iter().map(|call| call.header("idempotency-key").unwrap().to_owned()).collect();
    assert_eq!(keys, ["batch-7", "batch-7-1", "batch-7", "batch-7-1"]);
    assert_eq!(client.update_status(Vec::new()).await.complete().unwrap(), 0);
    assert_eq!(wallet.calls().len(), 4);
}
