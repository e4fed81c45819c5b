//! The receiver as a route of a real axum server, called over a socket.

use axum::Router;
use lommebok_sdk::{Amount, Init, MakePaymentUrl, PspRedirectUrl, PspTransactionId, StatusUpdate};
use lommebok_testing::{Card, Effect, SentKind, State, StepUp, TestWallet};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::psp::{Act, Psp, TestReceiver, receiver};

/// A PSP that listens, and the wallet that calls it.
struct World {
    wallet: TestWallet,
    receiver: TestReceiver,
    id: PspTransactionId,
    _serving: JoinSet<()>,
}

impl World {
    /// A payment of 499 kroner, waiting for its user.
    async fn with(psp: &Psp) -> Self {
        let wallet = TestWallet::start().await.unwrap();
        let receiver = receiver(psp).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = MakePaymentUrl::new(format!("http://{}/make-payment", listener.local_addr().unwrap())).unwrap();
        let routes = Router::new().route("/make-payment", receiver.clone().into_axum_route());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, routes).await.unwrap() });
        let id: PspTransactionId = "a1".parse().unwrap();
        let amount = Amount::nok(499).unwrap();
        let back = PspRedirectUrl::new("https://shop.example/thanks").unwrap();
        let init = Init::new(id.clone(), "order-1".parse().unwrap(), amount, url, back)
            .make_payment_token(crate::psp::token());
        wallet.client().init(&wallet.merchant(), &init).await.unwrap();
        Self { wallet, receiver, id, _serving: serving }
    }
}

#[tokio::test]
async fn the_real_wallet_reserves_what_the_handler_approves() {
    let psp = Psp::default();
    let world = World::with(&psp).await;
    assert_eq!(world.wallet.approve(&world.id).await.unwrap(), State::Reserved);
    assert_eq!(psp.log(), ["accepted a1"]);
    world.wallet.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_reported_of_a_reserved_payment_moves_its_sums() {
    let world = World::with(&Psp::default()).await;
    world.wallet.approve(&world.id).await.unwrap();
    let (client, id) = (world.wallet.client(), || world.id.clone());
    let ore = |ore| Amount::ore(ore).unwrap();
    let entries = vec![
        StatusUpdate::captured(id(), ore(30_000)),
        StatusUpdate::cancelled(id(), ore(19_900)),
        StatusUpdate::refunded(id(), ore(10_000)),
        StatusUpdate::captured(id(), ore(1)),
    ];
    assert_eq!(client.update_status(entries).await.complete().unwrap(), 4);
    let sums = client.details(&world.id).await.unwrap().sums;
    assert_eq!((sums.captured_ore, sums.remaining_to_capture_ore), (30_000, 0));
    assert_eq!((sums.refunded_ore, sums.remaining_to_refund_ore), (10_000, 20_000));
    let seen = world.wallet.payment(&world.id).unwrap();
    assert_eq!(
        (seen.reserved_ore, seen.captured_ore, seen.released_ore, seen.refunded_ore),
        (49_900, 30_000, 19_900, 10_000)
    );
    let effects: Vec<_> = world.wallet.received(&world.id).unwrap().into_iter().map(|entry| entry.effect).collect();
    assert_eq!(effects[..3], [Effect::Applied, Effect::Applied, Effect::Applied]);
    assert!(matches!(&effects[3], Effect::Refused(_)), "{effects:?}");
    world.wallet.stop().await.unwrap();
}

#[tokio::test]
async fn the_real_wallet_fails_for_certain_with_the_handlers_error() {
    let psp = Psp::that("a1", [Act::Fail(lommebok_sdk::ErrorId::InsufficientFunds)]);
    let world = World::with(&psp).await;
    assert_eq!(world.wallet.approve(&world.id).await.unwrap(), State::Failed);
    assert_eq!(world.wallet.payment(&world.id).unwrap().cause, "psp_89");
    world.wallet.stop().await.unwrap();
}

#[tokio::test]
async fn the_real_wallet_goes_through_a_step_up() {
    let psp = Psp::that("a1", [Act::SoftDecline]);
    let world = World::with(&psp).await;
    assert_eq!(world.wallet.approve_with(&world.id, Card::Mastercard).await.unwrap(), State::StepUp);
    assert_eq!(world.wallet.step_up_page(&world.id).unwrap().unwrap(), "https://psp.example/3ds/1");
    world.receiver.step_up_passed(&world.id).await.unwrap();
    assert_eq!(world.wallet.step_up(&world.id, StepUp::Passed).await.unwrap(), State::Reserved);
    assert_eq!(psp.log(), ["accepted a1", "accepted again a1"]);
    assert_eq!(world.wallet.sent(&world.id).unwrap(), [SentKind::Accepted, SentKind::AcceptedAfterStepUp]);
    world.wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_step_up_that_the_page_did_not_report_is_declined_for_certain() {
    let psp = Psp::that("a1", [Act::SoftDecline]);
    let world = World::with(&psp).await;
    world.wallet.approve_with(&world.id, Card::Mastercard).await.unwrap();
    assert_eq!(world.wallet.step_up(&world.id, StepUp::Passed).await.unwrap(), State::Failed);
    assert_eq!(psp.log(), ["accepted a1"]);
    world.wallet.stop().await.unwrap();
}

#[tokio::test]
async fn the_real_wallets_notices_arrive() {
    for (cancel, asked, sent) in
        [(true, "cancelled a1", SentKind::Cancelled), (false, "timed out a1", SentKind::TimedOut)]
    {
        let psp = Psp::default();
        let world = World::with(&psp).await;
        if cancel {
            world.wallet.cancel(&world.id).await.unwrap();
        } else {
            world.wallet.let_time_out(&world.id).await.unwrap();
        }
        assert_eq!(psp.log(), [asked]);
        assert_eq!(world.wallet.sent(&world.id).unwrap(), [sent]);
        world.wallet.stop().await.unwrap();
    }
}

#[tokio::test]
async fn the_real_wallet_takes_85_for_a_certain_failure() {
    let gate = crate::psp::Gate::new();
    let psp = Psp::that("a1", [gate.holds(Act::Ok)]);
    let world = World::with(&psp).await;
    world.wallet.approve_without_waiting(&world.id, Card::Visa).await.unwrap();
    psp.asked(1).await;
    // The budget of this receiver runs on tokio's time; pause it for the 13 s only.
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(13)).await;
    tokio::time::resume();
    assert_eq!(world.wallet.outcome(&world.id).await.unwrap(), State::Failed);
    assert_eq!(world.wallet.payment(&world.id).unwrap().cause, "psp_85");
    gate.open();
    assert_eq!(psp.asked(2).await[1], "reverse a1 First too late");
    world.wallet.stop().await.unwrap();
}
