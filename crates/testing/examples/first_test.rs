//! A PSP's first test: a wallet of its own, a PSP that says OK, one payment from init to capture.

use std::error::Error;

use lommebok_sdk::receiver::{Expected, InMemory};
use lommebok_sdk::{
    Amount, Answer, Init, MakePayment, MakePaymentUrl, PaymentHandler, PspRedirectUrl, Receiver, StatusUpdate,
};
use lommebok_testing::{State, TestWallet};

/// Approves everything.
struct Psp;

impl PaymentHandler for Psp {
    async fn make_payment(&self, call: MakePayment) -> Answer {
        match call {
            MakePayment::Accepted(payment) => payment.ok(),
            MakePayment::AcceptedAfterStepUp(payment) => payment.ok(),
            MakePayment::Cancelled(notice) | MakePayment::TimedOut(notice) => notice.noted(),
            MakePayment::Reverse(reversal) => reversal.done(),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let wallet = TestWallet::start().await?;

    // Your PSP: a server on a free port.
    let anybody = |_id| async { Ok(Expected::Nothing) };
    let receiver = Receiver::builder(Psp, InMemory::new(), anybody).start().await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let make_payment_url = MakePaymentUrl::new(format!("http://{}/make-payment", listener.local_addr()?))?;
    let routes = axum::Router::new().route("/make-payment", receiver.into_axum_route());
    let serving = tokio::task::JoinSet::from_iter([async move { axum::serve(listener, routes).await }]);

    // A payment, approved by the user, then captured.
    let id = "test-1".parse()?;
    let redirect_url = PspRedirectUrl::new("https://shop.example/thanks")?;
    let init = Init::new(id, "order-1".parse()?, Amount::nok(499)?, make_payment_url, redirect_url);
    let started = wallet.client().init(&wallet.merchant(), &init).await?;
    let id = started.psp_transaction_id;
    assert_eq!(wallet.approve(&id).await?, State::Reserved);
    wallet.client().update_status(StatusUpdate::captured(id.clone(), Amount::nok(499)?)).await.complete()?;
    assert_eq!(wallet.payment(&id)?.captured_ore, 49_900);

    drop(serving);
    wallet.stop().await?;
    Ok(())
}
