//! A PSP that asks for 3-D Secure on Mastercard, reverses what came too late, and survives a restart: its memory is a
//! file, and its tokens are one per payment. The acquirer is made up; the rest is as in earnest.
//!
//! `cargo run --example step_up -- 127.0.0.1:8490` starts a payment in the sandbox whose credentials are in the environment
//! (`eval "$(lommebok env)"`), and listens.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::response::Redirect;
use axum::routing::{get, post};
use lommebok_sdk::receiver::{
    Approval, Authorization, BoxError, Expected, Memory, Operations, SqliteMemory, StepUpUrl, TokenType,
};
use lommebok_sdk::{
    Amount, Answer, Client, Credentials, ErrorId, Init, Initiated, MakePayment, MakePaymentToken, MakePaymentUrl,
    MerchantOrderId, MerchantSerialNumber, PaymentHandler, PspRedirectUrl, PspTransactionId, Receiver,
};

/// What this PSP knows of its payments. Yours is a database.
#[derive(Clone, Default)]
pub(crate) struct Records(Arc<Mutex<HashMap<PspTransactionId, Record>>>);

/// One payment.
#[derive(Clone, Default)]
pub(crate) struct Record {
    make_payment_token: Option<MakePaymentToken>,
    operations: Operations,
    pub(crate) reserved: bool,
}

impl Records {
    /// A payment that is about to be started; the token goes into its init.
    pub(crate) fn open(&self, id: PspTransactionId) -> MakePaymentToken {
        let token = MakePaymentToken::random();
        let record = Record { make_payment_token: Some(token.clone()), ..Record::default() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, record);
        token
    }

    /// What is known of a payment.
    pub(crate) fn read(&self, id: &PspTransactionId) -> Option<Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn change(&self, id: &PspTransactionId, change: impl FnOnce(&mut Record)) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(id).map(change);
    }
}

/// The wallet carries the token of that very payment, or it is not the wallet.
impl Authorization for Records {
    async fn expected(&self, id: &PspTransactionId) -> Result<Expected, BoxError> {
        let token = self.read(id).and_then(|record| record.make_payment_token);
        Ok(token.map_or(Expected::UnknownPayment, Expected::Token))
    }
}

/// The handler.
pub(crate) struct Psp {
    records: Records,
    public_url: String,
}

impl Psp {
    /// What the acquirer says. Give it less time than is left.
    async fn authorise(&self, approval: &Approval, stepped_up: bool) -> Result<(), ErrorId> {
        let answer = tokio::time::timeout(approval.budget.remaining(), std::future::ready(()));
        answer.await.map_err(|_| ErrorId::ReceivedTooLate)?;
        match (&approval.network_token.token_type, stepped_up) {
            (TokenType::Visa, _) | (TokenType::Mastercard, true) => {
                self.records.change(&approval.psp_transaction_id, |record| record.reserved = true);
                Ok(())
            }
            (TokenType::Mastercard, false) => Err(ErrorId::UnhandledSoftDecline),
            _ => Err(ErrorId::InvalidCard),
        }
    }

    fn step_up_page(&self, id: &PspTransactionId) -> Result<StepUpUrl, lommebok_sdk::InvalidValue> {
        format!("{}/3ds/{id}", self.public_url).parse()
    }
}

impl PaymentHandler for Psp {
    async fn make_payment(&self, call: MakePayment) -> Answer {
        match call {
            MakePayment::Accepted(payment) => match self.authorise(&payment, false).await {
                Ok(()) => payment.ok(),
                Err(ErrorId::UnhandledSoftDecline) => {
                    let operations = payment.operations.clone();
                    self.records.change(&payment.psp_transaction_id, |record| record.operations = operations);
                    match self.step_up_page(&payment.psp_transaction_id) {
                        Ok(page) => payment.soft_decline(page),
                        Err(_) => payment.fail(ErrorId::UnhandledSoftDecline),
                    }
                }
                Err(error) => payment.fail(error),
            },
            MakePayment::AcceptedAfterStepUp(payment) => match self.authorise(&payment, true).await {
                Ok(()) => payment.ok(),
                Err(error) => payment.fail(error),
            },
            MakePayment::Cancelled(notice) | MakePayment::TimedOut(notice) => notice.noted(),
            MakePayment::Reverse(reversal) => {
                // Idempotent, and harmless when nothing is reserved. Then tell the wallet: updatestatus CANCELLED.
                self.records.change(&reversal.psp_transaction_id, |record| record.reserved = false);
                reversal.done()
            }
        }
    }
}

/// The receiver of this PSP.
pub(crate) type PspReceiver<M> = Receiver<Psp, M, Records>;

/// Starts the receiver, which first takes up what an earlier process left unfinished.
pub(crate) async fn receiver<M: Memory>(
    records: &Records,
    memory: M,
    public_url: &str,
) -> Result<PspReceiver<M>, Box<dyn Error>> {
    let psp = Psp { records: records.clone(), public_url: public_url.to_owned() };
    Ok(Receiver::builder(psp, memory, records.clone()).start().await?)
}

/// The routes: the wallet's call, and the 3-D Secure page.
pub(crate) fn routes<M: Memory>(receiver: PspReceiver<M>, records: Records) -> axum::Router {
    let page = axum::Router::new()
        .route("/3ds/{id}", get(show_page))
        .route("/3ds/{id}/passed", post(passed::<M>))
        .with_state((receiver.clone(), records));
    axum::Router::new().route("/make-payment", receiver.into_axum_route()).merge(page)
}

async fn show_page(Path(id): Path<String>) -> axum::response::Html<String> {
    axum::response::Html(format!("<form method=post action=\"/3ds/{id}/passed\"><button>It is me</button></form>"))
}

/// The user has passed: first the receiver, then back to the wallet.
async fn passed<M: Memory>(
    State((receiver, records)): State<(PspReceiver<M>, Records)>,
    Path(id): Path<PspTransactionId>,
) -> Result<Redirect, String> {
    receiver.step_up_passed(&id).await.map_err(|fault| fault.to_string())?;
    let success = records.read(&id).and_then(|record| record.operations.success).ok_or("no session")?;
    Ok(Redirect::to(success.expose()))
}

/// Starts a payment of 499 kroner: its token is in the records before the wallet can call.
pub(crate) async fn start_payment(
    client: &Client,
    msn: &MerchantSerialNumber,
    records: &Records,
    public_url: &str,
) -> Result<Initiated, Box<dyn Error>> {
    let id = PspTransactionId::new(MakePaymentToken::random().expose().chars().take(20).collect::<String>())?;
    let token = records.open(id.clone());
    let make_payment_url = MakePaymentUrl::new(format!("{public_url}/make-payment"))?;
    let redirect_url = PspRedirectUrl::new(format!("{public_url}/thanks"))?;
    let order = MerchantOrderId::new(id.as_str())?;
    let init = Init::new(id, order, Amount::nok(499)?, make_payment_url, redirect_url);
    Ok(client.init(msn, &init.make_payment_token(token)).await?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).ok_or("say where to listen: 127.0.0.1:8490")?;
    let public_url = format!("http://{address}");
    let records = Records::default();
    let memory = SqliteMemory::open("make-payment.db").map_err(|fault| fault.to_string())?;
    let receiver = receiver(&records, memory, &public_url).await?;
    let listener = tokio::net::TcpListener::bind(&address).await?;

    let var = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set: eval \"$(lommebok env)\""));
    let credentials =
        Credentials::new(var("CLIENT_ID")?, var("CLIENT_SECRET")?, var("SUBSCRIPTION_KEY")?, var("PSP_ID")?);
    let client = Client::builder(credentials).base_url(var("LOMMEBOK_URL")?).build()?;
    let started = start_payment(&client, &var("MSN")?.parse()?, &records, &public_url).await?;
    println!("open {} and pay with a Mastercard", started.redirect_url.expose());
    axum::serve(listener, routes(receiver, records)).await?;
    Ok(())
}
