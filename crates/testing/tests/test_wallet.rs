//! The test wallet itself: isolated, in control of time, and clear about what a test did wrong.
#![expect(clippy::unwrap_used, reason = "in tests a missing value is the test's failure")]

use std::time::Duration;

use lommebok_sdk::{
    Amount, Clock as _, Init, MakePaymentUrl, MobileNumber, PspRedirectUrl, PspTransactionId, StatusUpdate,
};
use lommebok_testing::{Card, HandClock, Sent, State, StepUp, TestWallet};
use tokio::net::TcpListener;

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
    let init = Init::new(id(text), order, Amount::nok(499).unwrap(), url, back).mobile_number(number.clone());
    wallet.client().init(&wallet.merchant(), &init).await.unwrap().psp_transaction_id
}

/// A port on which a PSP takes calls and never answers.
async fn silent_psp() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
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
    assert_eq!(wallet.sent(&id).unwrap(), [Sent::Accepted]);
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_call_that_never_reached_the_psp_is_not_listed_as_sent() {
    let wallet = TestWallet::start().await.unwrap();
    let id = started(&wallet, "a1", 9).await;
    assert_eq!(wallet.approve(&id).await.unwrap(), State::Failed);
    assert_eq!(wallet.payment(&id).unwrap().cause, "not_delivered");
    assert_eq!(wallet.sent(&id).unwrap(), []);
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
    // Nobody listens at its makePaymentUrl.
    assert_eq!(wallet.sent(&id).unwrap(), [Sent::NoticeFailed]);
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
