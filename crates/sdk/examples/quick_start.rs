//! The eight steps of the quick start, from credentials to details, with a payment that is approved without a phone.
//!
//! Start a sandbox with `lommebok dev`, then `eval "$(lommebok env)"` and `cargo run --example quick_start`.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use lommebok_sdk::client::Details;
use lommebok_sdk::receiver::{Expected, InMemory};
use lommebok_sdk::{
    Amount, Answer, Client, ClientBuilder, Credentials, ErrorId, Init, MakePayment, MakePaymentToken, MakePaymentUrl,
    MerchantSerialNumber, MobileNumber, PaymentHandler, PspRedirectUrl, PspTransactionId, Receiver, StatusUpdate,
};

/// Stands for your connection to an acquirer: approves Visa tokens.
struct Psp;

impl PaymentHandler for Psp {
    async fn make_payment(&self, call: MakePayment) -> Answer {
        match call {
            MakePayment::Accepted(payment) => {
                // Step 6: the token, its expiry, cryptogram and ECI go to the acquirer, within payment.budget.
                if payment.network_token.number.expose().starts_with('4') {
                    payment.ok()
                } else {
                    payment.fail(ErrorId::RefusedByIssuer)
                }
            }
            MakePayment::AcceptedAfterStepUp(payment) => payment.fail(ErrorId::UnhandledSoftDecline),
            MakePayment::Cancelled(notice) | MakePayment::TimedOut(notice) => notice.noted(),
            MakePayment::Reverse(reversal) => reversal.done(),
        }
    }
}

/// Step 1: credentials and addresses, as `lommebok env` prints them.
fn client_from_environment() -> Result<Client, Box<dyn Error>> {
    let var = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set: eval \"$(lommebok env)\""));
    let credentials =
        Credentials::new(var("CLIENT_ID")?, var("CLIENT_SECRET")?, var("SUBSCRIPTION_KEY")?, var("PSP_ID")?);
    let base_url = std::env::var("LOMMEBOK_URL").unwrap_or_else(|_| ClientBuilder::LOMMEBOK_DEV.to_owned());
    Ok(Client::builder(credentials).base_url(base_url).system("acme", "3.1.2").build()?)
}

/// Steps 2 to 8.
pub(crate) async fn pay(
    client: &Client,
    msn: &MerchantSerialNumber,
    number: &MobileNumber,
) -> Result<Details, Box<dyn Error>> {
    // Step 2: the client fetches access tokens by itself; asking for one tries the credentials out.
    let token = client.access_token().await?;
    println!("a token for {} s", token.lifetime().as_secs());

    // Step 5 is prepared first: the wallet must find you when the user has approved.
    let make_payment_token = MakePaymentToken::random();
    let expected = make_payment_token.clone();
    let authorization = move |_id: PspTransactionId| {
        let expected = expected.clone();
        async move { Ok(Expected::Token(expected)) }
    };
    let receiver = Receiver::builder(Psp, InMemory::new(), authorization).start().await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let make_payment_url = format!("http://{}/make-payment", listener.local_addr()?);
    let routes = axum::Router::new().route("/make-payment", receiver.clone().into_axum_route());
    let mut serving = tokio::task::JoinSet::new();
    serving.spawn(async move { axum::serve(listener, routes).await });

    // Step 3: start the payment; send the user to the link.
    let id = PspTransactionId::new(format!("quick-{}", unique()))?;
    let init = Init::new(
        id.clone(),
        format!("order-{}", unique()).parse()?,
        Amount::ore(49_900)?,
        MakePaymentUrl::new(make_payment_url)?,
        PspRedirectUrl::new("https://example.com/page-seen-after-payment")?,
    );
    let init =
        init.mobile_number(number.clone()).payment_text("Two pairs of socks").make_payment_token(make_payment_token);
    let started = client.init(msn, &init).await?;
    println!("open {}", started.redirect_url.expose());

    // In a test environment nobody needs a phone: the sandbox approves in the user's name, and calls you (steps 5 and 6).
    let link_token = started.redirect_url.token().ok_or("the link has a token")?;
    client.force_approve(&id, number, &link_token).await?;

    // Step 4: the order page shows what your own records say; the redirect may never come.
    // Step 7: tell the wallet what became of the money.
    client.update_status(StatusUpdate::captured(id.clone(), Amount::ore(49_900)?)).await.complete()?;

    // Step 8: what the wallet has recorded.
    let details = client.details(&id).await?;
    println!("captured {} øre, {} lines of history", details.sums.captured_ore, details.history.len());
    Ok(details)
}

/// A text that no other run has.
fn unique() -> String {
    MakePaymentToken::random().expose().chars().take(12).collect()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = client_from_environment()?;
    let msn = std::env::var("MSN")?.parse()?;
    let number = std::env::var("MOBILE_NUMBER")?.parse()?;
    pay(&client, &msn, &number).await?;
    Ok(())
}
