//! Losses and repeats on every line that the PSP has: to the wallet, to the acquirer, and from the wallet (a proxy).

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes as Body;
use http::{HeaderMap, StatusCode};
use lommebok_sample_psp::acquirer::simulated::SimulatedAcquirer;
use lommebok_sample_psp::acquirer::{Acquirer, Answered, Authorisation, NoAnswer, OperationId, Order};
use lommebok_sdk::BoxFuture;
use lommebok_sdk::transport::{HttpTransport, Transport, TransportError};

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// It never arrives.
    RequestLost,
    /// It is done, and its answer is lost.
    AnswerLost,
    /// It arrives twice.
    Twice,
}

/// What happens to the next calls on one line; then nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Arc<Mutex<VecDeque<Fault>>>);

impl Faults {
    pub(crate) fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.0.lock().unwrap().extend(faults);
    }

    pub(crate) fn off(&self) {
        self.0.lock().unwrap().clear();
    }

    fn next(&self) -> Fault {
        self.0.lock().unwrap().pop_front().unwrap_or(Fault::None)
    }
}

/// The line to the wallet.
pub(crate) struct FaultyTransport {
    pub(crate) inner: HttpTransport,
    pub(crate) faults: Faults,
}

impl fmt::Debug for FaultyTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaultyTransport")
    }
}

impl Transport for FaultyTransport {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            match self.faults.next() {
                Fault::None => self.inner.send(request).await,
                Fault::RequestLost => Err(TransportError::maybe_sent("the request was lost")),
                Fault::AnswerLost => {
                    drop(self.inner.send(request).await);
                    Err(TransportError::maybe_sent("the answer was lost"))
                }
                Fault::Twice => {
                    drop(self.inner.send(request.clone()).await);
                    self.inner.send(request).await
                }
            }
        })
    }
}

/// The line to the acquirer.
pub(crate) struct FaultyAcquirer {
    pub(crate) inner: SimulatedAcquirer,
    pub(crate) faults: Faults,
}

impl FaultyAcquirer {
    async fn carried<'a>(&'a self, call: impl Fn() -> BoxFuture<'a, Answered>) -> Answered {
        let lost = || NoAnswer("the line is dead".to_owned());
        match self.faults.next() {
            Fault::None => call().await,
            Fault::RequestLost => Err(lost()),
            Fault::AnswerLost => {
                let _done = call().await;
                Err(lost())
            }
            Fault::Twice => {
                let first = call().await;
                let second = call().await;
                assert_eq!(first, second, "an operation has one answer");
                second
            }
        }
    }
}

impl Acquirer for FaultyAcquirer {
    fn authorise(&self, message: Authorisation) -> BoxFuture<'_, Answered> {
        Box::pin(async move { self.carried(|| self.inner.authorise(message.clone())).await })
    }

    fn capture(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(async move { self.carried(|| self.inner.capture(order.clone())).await })
    }

    fn release(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(async move { self.carried(|| self.inner.release(order.clone())).await })
    }

    fn refund(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(async move { self.carried(|| self.inner.refund(order.clone())).await })
    }

    fn reverse(&self, authorisation: OperationId) -> BoxFuture<'_, Answered> {
        Box::pin(async move { self.carried(|| self.inner.reverse(authorisation.clone())).await })
    }
}

/// The line from the wallet: what the wallet calls, and where the PSP really is.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) url: String,
    psp: Arc<Mutex<String>>,
    http: reqwest::Client,
    faults: Faults,
}

impl Proxy {
    pub(crate) async fn start(faults: Faults, tasks: &tokio_util::task::TaskTracker) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let proxy = Self { url, psp: Arc::default(), http, faults };
        let router = Router::new().fallback(forward).with_state(proxy.clone());
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        proxy
    }

    pub(crate) fn leads_to(&self, psp: &str) {
        psp.clone_into(&mut self.psp.lock().unwrap());
    }

    async fn sent(&self, headers: &HeaderMap, body: &Bytes) -> Response {
        let url = format!("{}make-payment", self.psp.lock().unwrap());
        let mut request = self.http.post(url).header("Content-Type", "application/json").body(body.clone());
        if let Some(token) = headers.get("authorization") {
            request = request.header("Authorization", token);
        }
        let Ok(answer) = request.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
        let status = answer.status();
        let body = answer.bytes().await.unwrap_or_default();
        (status, [("content-type", "application/json")], body).into_response()
    }
}

async fn forward(State(proxy): State<Proxy>, headers: HeaderMap, body: Bytes) -> Response {
    match proxy.faults.next() {
        Fault::None => proxy.sent(&headers, &body).await,
        Fault::RequestLost => StatusCode::BAD_GATEWAY.into_response(),
        Fault::AnswerLost => {
            proxy.sent(&headers, &body).await;
            StatusCode::BAD_GATEWAY.into_response()
        }
        Fault::Twice => {
            proxy.sent(&headers, &body).await;
            proxy.sent(&headers, &body).await
        }
    }
}
