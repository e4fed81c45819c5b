//! A PSP's makePayment endpoint in three forms: a bare axum route that reads JSON and says OK, and the SDK's receiver with
//! a memory in memory and in an SQLite file. The handler says OK at once, so that only the receiver is measured.

use std::io::Write as _;
use std::net::SocketAddr;

use axum::routing::{MethodRouter, post};
use axum::{Json, Router};
use clap::ValueEnum;
use lommebok_sdk::receiver::{InMemory, Memory, SqliteMemory};
use lommebok_sdk::{Answer, MakePayment, MakePaymentToken, PaymentHandler, Receiver};
use serde_json::{Value, json};

/// What the wallet must carry; the bare route does not look.
pub(crate) const AUTHORIZATION: &str = "Bearer a-token-that-the-psp-gave-us";

/// How the endpoint is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Bare,
    InMemory,
    Sqlite,
}

impl Form {
    /// As the command line and the report write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::InMemory => "in-memory",
            Self::Sqlite => "sqlite",
        }
    }
}

struct SaysOk;

impl PaymentHandler for SaysOk {
    async fn make_payment(&self, call: MakePayment) -> Answer {
        match call {
            MakePayment::Accepted(payment) => payment.ok(),
            MakePayment::AcceptedAfterStepUp(payment) => payment.ok(),
            MakePayment::Cancelled(notice) | MakePayment::TimedOut(notice) => notice.noted(),
            MakePayment::Reverse(reversal) => reversal.done(),
        }
    }
}

/// Serves until it is killed.
pub(crate) fn serve(form: Form, listen: SocketAddr) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let route = match form {
            Form::Bare => post(bare),
            Form::InMemory => receiver(InMemory::new()).await?,
            Form::Sqlite => {
                let memory = SqliteMemory::open(directory.path().join("memory.db"));
                receiver(memory.map_err(|fault| anyhow::anyhow!(fault))?).await?
            }
        };
        let listener = tokio::net::TcpListener::bind(listen).await?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
        axum::serve(listener, Router::new().route("/makePayment", route)).await?;
        Ok(())
    })
}

async fn bare(Json(call): Json<Value>) -> Json<Value> {
    Json(json!({"paymentInfo": {"pspTransactionId": call.get("pspTransactionId"), "status": "OK"}}))
}

async fn receiver(memory: impl Memory) -> anyhow::Result<MethodRouter> {
    let receiver = Receiver::builder(SaysOk, memory, MakePaymentToken::new(AUTHORIZATION)?).start().await?;
    Ok(receiver.into_axum_route())
}
