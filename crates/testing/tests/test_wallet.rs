//! The test wallet itself: isolated, in control of time, and clear about what a test did wrong.
#![expect(clippy::unwrap_used, reason = "in tests a missing value is the test's failure")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use lommebok_sdk::{
    Amount, Clock as _, Init, MakePaymentToken, MakePaymentUrl, MobileNumber, PspRedirectUrl, PspTransactionId,
    StatusUpdate,
};
use lommebok_testing::{Card, HandClock, SentKind, State, StepUp, TestWallet};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The makePaymentToken of every payment here.
const TOKEN: &str = "Bearer of-the-tests";

fn id(text: &str) -> PspTransactionId {
    text.parse().unwrap()
}

/// Starts a payment of 499 kroner at a PSP that listens at `port`.
async fn started(wallet: &TestWallet, text: &str, port: u16) -> PspTransactionId {
    started_by(wallet, text, port, &wallet.mobile_number()).await
}

async fn started_by(wallet: &TestWallet, text: &str, port: u16, number: &MobileNumber) -> PspTransactionId {
    let url = MakePaymentUrl::new(format!("http://127.0.0.1:{port}/")).unwrap();
    let back = PspRedirectUrl::new("https://shop.example/thanks").unwrap();
    let order = format!("order-{text}").parse().unwrap();
    let init = Init::new(id(text), order, Amount::nok(499).unwrap(), url, back)
        .mobile_number(number.clone())
        .make_payment_token(MakePaymentToken::new(TOKEN).unwrap());
    wallet.client().init(&wallet.merchant(), &init).await.unwrap().psp_transaction_id
}

/// A port on which a PSP takes calls and never answers.
async fn silent_psp() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A PSP in no more than HTTP, that always wants 3-D Secure first and keeps what it got. It ends with what it is given.
async fn psp_that_always_wants_a_step_up(serving: &mut JoinSet<()>) -> (u16, Arc<Mutex<Vec<(String, String)>>>) {
    let got = Arc::<Mutex<Vec<(String, String)>>>::default();
    let keeping = Arc::clone(&got);
    let answer = async move |headers: axum::http::HeaderMap, body: String| {
        let authorization = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
        keeping.lock().unwrap().push((authorization.unwrap_or_default(), body));
        let info = r#"{"paymentInfo":{"pspTransactionId":"a1","status":"SOFT_DECLINE","url3dSecure":"http://127.0.0.1:9/3ds"}}"#;
        ([("content-type", "application/json")], info)
    };
    let (listener, port) = silent_psp().await;
    let routes = axum::Router::new().fallback(answer);
    serving.spawn(async move { axum::serve(listener, routes).await.unwrap() });
    (port, got)
}

#[tokio::test]
async fn what_was_sent_is_shown_as_it_went_over_the_wire_and_prints_no_secret() {
    let (wallet, mut serving) = (TestWallet::start().await.unwrap(), JoinSet::new());
    let (port, got) = psp_that_always_wants_a_step_up(&mut serving).await;
    let id = started(&wallet, "a1", port).await;
    wallet.approve_with(&id, Card::Mastercard).await.unwrap();
    wallet.let_time_out(&id).await.unwrap();
    let sent = wallet.sent(&id).unwrap();
    assert_eq!(sent, [SentKind::Accepted, SentKind::TimedOut]);
    let on_the_wire = got.lock().unwrap().clone();
    let shown = sent.iter().map(|sent| {
        let authorization = sent.request.authorization.as_ref().map(|token| token.expose().to_owned());
        (authorization.unwrap_or_default(), sent.request.body.expose().to_owned())
    });
    assert_eq!(shown.collect::<Vec<_>>(), on_the_wire);
    assert_eq!(on_the_wire[0].0, TOKEN);

    let first = &sent[0].request;
    assert_eq!(first.url, format!("http://127.0.0.1:{port}/"));
    let fields = &first.fields;
    assert_eq!((fields.psp_transaction_id.as_str(), fields.merchant_serial_number.as_str()), ("a1", "100001"));
    assert_eq!((fields.payment_state.as_str(), fields.payment_instrument.as_str()), ("ACCEPTED", "TOKEN"));
    let token = fields.network_token.as_ref().unwrap();
    assert_eq!((token.token_type.as_str(), token.eci.as_str()), ("MASTERCARD", "06"));
    assert_eq!((token.expiry_month.len(), token.expiry_year.len(), token.cryptogram.expose().len()), (2, 4, 28));
    let operations: Vec<_> = fields.operations.iter().map(|operation| operation.operation.as_str()).collect();
    assert_eq!(operations, ["3dssuccess", "3dscancel", "3dsfailure"]);
    let notice = &sent[1].request.fields;
    assert_eq!(notice.payment_state, "TIMEOUT");
    assert!(notice.network_token.is_none() && notice.bin_number.is_none() && notice.operations.is_empty());

    let printed = format!("{sent:?}");
    for secret in [TOKEN, token.number.expose(), token.cryptogram.expose(), "responsecode="] {
        assert!(!printed.contains(secret), "{printed}");
    }
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_step_up_that_fails_says_why() {
    let (wallet, mut serving) = (TestWallet::start().await.unwrap(), JoinSet::new());
    let (port, _) = psp_that_always_wants_a_step_up(&mut serving).await;
    let id = started(&wallet, "a1", port).await;
    assert_eq!(wallet.approve_with(&id, Card::Mastercard).await.unwrap(), State::StepUp);
    let failed = wallet.step_up(&id, StepUp::Passed).await.unwrap();
    assert_eq!((failed.state, failed.cause.as_str()), (State::Failed, "second_soft_decline"));
    // What a test prints whose `assert_eq!(…, State::Reserved)` fails.
    assert_eq!(
        format!("{failed:?}"),
        "FAILED, because of second_soft_decline (your PSP answered SOFT_DECLINE to the second call too; the SDK's receiver \
         does so unless it was told before, with step_up_passed, that the user has passed)"
    );
    let again = started(&wallet, "a2", 9).await;
    let failed = wallet.approve(&again).await.unwrap().to_string();
    assert!(
        failed.starts_with("FAILED, because of not_delivered (") && failed.contains("nothing reached your PSP"),
        "{failed}"
    );
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn wallets_know_nothing_of_each_other() {
    let (one, other) = (TestWallet::start().await.unwrap(), TestWallet::start().await.unwrap());
    assert_ne!(one.base_url(), other.base_url());
    started(&one, "a1", 9).await;
    assert_eq!(one.state(&id("a1")).unwrap(), State::AwaitingUser);
    let missing = other.state(&id("a1")).unwrap_err().to_string();
    assert_eq!(missing, "the wallet has no payment a1: has its init succeeded, and against this wallet's base_url?");
    started(&other, "a1", 9).await;
    one.advance(Duration::from_mins(5)).await.unwrap();
    assert_eq!((one.state(&id("a1")).unwrap(), other.state(&id("a1")).unwrap()), (State::Expired, State::AwaitingUser));
    one.stop().await.unwrap();
    other.stop().await.unwrap();
}

#[tokio::test]
async fn time_that_jumps_takes_a_waiting_test_to_the_deadline_and_no_further() {
    let wallet = TestWallet::start().await.unwrap();
    wallet.clock_auto().await.unwrap();
    let (ends, lasts) = (started(&wallet, "a1", 9).await, wallet.clock().now() + Duration::from_mins(6));
    wallet.await_state(&ends, State::Expired).await.unwrap();
    let later = started(&wallet, "a2", 9).await;
    assert!(wallet.clock().now() < lasts, "a minute is long for these two lines");
    assert_eq!(wallet.state(&later).unwrap(), State::AwaitingUser);
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_user_with_a_script_acts_at_its_moment() {
    let wallet = TestWallet::start().await.unwrap();
    let refused = wallet.script_user(&wallet.mobile_number(), "soon").await.unwrap_err().to_string();
    assert!(
        refused.starts_with("the user's script can't be set: soon is no word of a script; its words are approve, "),
        "{refused}"
    );
    wallet.script_user(&wallet.mobile_number(), "cancel-after=3s").await.unwrap();
    let id = started(&wallet, "a1", 9).await;
    wallet.advance(Duration::from_millis(2_999)).await.unwrap();
    assert_eq!(wallet.state(&id).unwrap(), State::AwaitingUser);
    wallet.advance(Duration::from_hours(1)).await.unwrap();
    assert_eq!(wallet.state(&id).unwrap(), State::Cancelled);
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_psp_that_does_not_answer_leaves_the_outcome_unknown_until_it_says_more() {
    let wallet = TestWallet::start().await.unwrap();
    let (_listener, port) = silent_psp().await;
    let id = started(&wallet, "a1", port).await;
    wallet.approve_without_waiting(&id, Card::Mastercard).await.unwrap();
    assert_eq!(wallet.state(&id).unwrap(), State::Authorizing);
    wallet.advance(Duration::from_secs(15)).await.unwrap();
    assert_eq!(wallet.outcome(&id).await.unwrap(), State::OutcomeUnknown);
    assert_eq!(wallet.payment(&id).unwrap().cause, "timeout");
    let reserved = StatusUpdate::reserved(id.clone(), Amount::nok(499).unwrap());
    wallet.client().update_status(reserved).await.complete().unwrap();
    let seen = wallet.payment(&id).unwrap();
    assert_eq!((seen.state, seen.reserved_ore), (State::Reserved, 49_900));
    assert_eq!(wallet.sent(&id).unwrap(), [SentKind::Accepted]);
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_call_that_never_reached_the_psp_is_not_listed_as_sent() {
    let wallet = TestWallet::start().await.unwrap();
    let id = started(&wallet, "a1", 9).await;
    assert_eq!(wallet.approve(&id).await.unwrap(), State::Failed);
    assert_eq!(wallet.payment(&id).unwrap().cause, "not_delivered");
    assert!(wallet.sent(&id).unwrap().is_empty());
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn what_can_not_be_asked_of_a_payment_is_said_with_its_state() {
    let wallet = TestWallet::start().await.unwrap();
    let id = started(&wallet, "a1", 9).await;
    let refused = wallet.step_up(&id, StepUp::Passed).await.unwrap_err().to_string();
    assert_eq!(
        refused,
        "a1 is AWAITING_USER, and only a payment that has been answered SOFT_DECLINE can be stepped up"
    );
    wallet.cancel(&id).await.unwrap();
    for refused in [wallet.approve(&id).await.map(drop), wallet.let_time_out(&id).await, wallet.cancel(&id).await] {
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.starts_with("a1 is CANCELLED, and only a payment that waits for its user can be "),
            "{refused}"
        );
    }
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_payment_of_nobody_can_not_be_approved_and_runs_to_its_deadline() {
    let wallet = TestWallet::start().await.unwrap();
    let id = started_by(&wallet, "a1", 9, &"99999999".parse().unwrap()).await;
    let refused = wallet.approve(&id).await.unwrap_err().to_string();
    assert!(refused.ends_with("start it with TestWallet::mobile_number()"), "{refused}");
    wallet.let_time_out(&id).await.unwrap();
    assert_eq!(wallet.state(&id).unwrap(), State::Expired);
    // Nothing listens at its makePaymentUrl.
    assert_eq!(wallet.sent(&id).unwrap(), [SentKind::NoticeFailed]);
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_card_that_the_user_has_not_is_said() {
    let wallet = TestWallet::start().await.unwrap();
    let id = started_by(&wallet, "a1", 9, &"12345680".parse().unwrap()).await;
    let refused = wallet.approve_with(&id, Card::Mastercard).await.unwrap_err().to_string();
    assert_eq!(refused, "the user of a1 has no usable card of that kind; approve with the other one");
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_test_waits_for_a_state_to_which_something_else_leads() {
    let wallet = TestWallet::start().await.unwrap();
    let (_listener, port) = silent_psp().await;
    let id = started(&wallet, "a1", port).await;
    let approving = async {
        wallet.approve_without_waiting(&id, Card::Visa).await.unwrap();
        wallet.advance(Duration::from_secs(15)).await.unwrap();
    };
    let (waited, ()) = tokio::join!(wallet.await_state(&id, State::OutcomeUnknown), approving);
    waited.unwrap();
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_setting_that_does_not_exist_is_said() {
    let refused = TestWallet::with_settings(&[("batch", "whenever")]).await.unwrap_err().to_string();
    assert!(refused.starts_with("the test wallet did not start: ") && refused.contains("batch"), "{refused}");
}

#[tokio::test]
async fn the_wallets_time_stands_until_it_is_advanced() {
    let wallet = TestWallet::start().await.unwrap();
    let clock = wallet.clock();
    // 2026-05-04T10:00:00Z.
    assert_eq!(clock.now(), Duration::from_hours(493_858));
    let mut sleeping = Box::pin(clock.sleep(Duration::from_secs(30)));
    wallet.advance(Duration::from_millis(29_999)).await.unwrap();
    tokio::select! {
        biased;
        () = &mut sleeping => unreachable!("it slept for a millisecond too little"),
        () = tokio::task::yield_now() => {}
    }
    wallet.advance(Duration::from_millis(1)).await.unwrap();
    sleeping.await;
    assert_eq!(clock.now(), Duration::from_secs(1_777_888_830));
    clock.sleep_until(Duration::from_secs(1_777_888_830)).await;
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_hand_clock_wakes_who_sleeps_until_then() {
    let clock = HandClock::new();
    let mut sleeping = Box::pin(clock.sleep(Duration::from_secs(2)));
    clock.advance(Duration::from_secs(1));
    tokio::select! {
        biased;
        () = &mut sleeping => unreachable!("it slept for a second too little"),
        () = tokio::task::yield_now() => {}
    }
    clock.advance(Duration::from_secs(1));
    sleeping.await;
    assert_eq!(clock.now(), Duration::from_secs(2));
}
