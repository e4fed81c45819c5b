//! A PSP's makePayment endpoint on loopback: says OK at once, or keeps callers waiting until it may answer.
//!
//! It runs in this process, so that none of its work is counted as the server's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The endpoint, for as long as this value lives.
pub(crate) struct Psp {
    address: SocketAddr,
    desk: Arc<Desk>,
    _server: JoinSet<()>,
}

struct Desk {
    /// Callers that have not been answered yet.
    waiting: AtomicUsize,
    is_open: watch::Sender<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    psp_transaction_id: String,
}

impl Psp {
    /// Starts it; `is_open` says whether it answers at once.
    pub(crate) async fn start(is_open: bool) -> anyhow::Result<Self> {
        let desk = Arc::new(Desk { waiting: AtomicUsize::new(0), is_open: watch::Sender::new(is_open) });
        let router = Router::new().route("/makePayment", post(make_payment)).with_state(Arc::clone(&desk));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let mut server = JoinSet::new();
        server.spawn(async move {
            if let Err(fault) = axum::serve(listener, router).await {
                eprintln!("the benchmark's PSP has ended: {fault}");
            }
        });
        Ok(Self { address, desk, _server: server })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/makePayment", self.address)
    }

    /// How many callers wait for their answer now.
    pub(crate) fn waiting(&self) -> usize {
        self.desk.waiting.load(Ordering::Relaxed)
    }

    /// From now on callers are answered at once, those that wait included.
    pub(crate) fn open(&self) {
        self.desk.is_open.send_replace(true);
    }
}

async fn make_payment(State(desk): State<Arc<Desk>>, Json(call): Json<Call>) -> Json<serde_json::Value> {
    desk.waiting.fetch_add(1, Ordering::Relaxed);
    // The sender lives in the desk that we hold, so this ends by opening only.
    let _ = desk.is_open.subscribe().wait_for(|is_open| *is_open).await;
    desk.waiting.fetch_sub(1, Ordering::Relaxed);
    Json(serde_json::json!({ "paymentInfo": { "pspTransactionId": call.psp_transaction_id, "status": "OK" } }))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;
    use http_body_util::Full;

    use super::*;
    use crate::connection::Connection;

    #[tokio::test]
    async fn an_open_desk_says_ok_with_the_callers_own_id() {
        let psp = Psp::start(true).await.unwrap();
        let call = Request::post("/makePayment").header("host", "psp").header("content-type", "application/json");
        let call = call.body(Full::new(Bytes::from_static(br#"{"pspTransactionId":"a-1"}"#))).unwrap();
        let answer = Connection::open(psp.address).await.unwrap().expect_ok(call).await.unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer["paymentInfo"], serde_json::json!({ "pspTransactionId": "a-1", "status": "OK" }));
        assert_eq!(psp.waiting(), 0);
    }
}
