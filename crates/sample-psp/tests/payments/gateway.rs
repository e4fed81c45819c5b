//! Something between PSP and wallet answers in the wallet's place: what it says is not what the wallet says.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use lommebok_sdk::BoxFuture;
use lommebok_sdk::transport::{HttpTransport, Transport, TransportError};
use lommebok_testing::State;
use reqwest::Method;

use crate::world::{World, send};

/// A gateway that can lose its way to the wallet, and then says this.
#[derive(Clone)]
struct Gateway {
    inner: HttpTransport,
    says: &'static str,
    is_lost: Arc<AtomicBool>,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gateway")
    }
}

impl Gateway {
    fn that_says(says: &'static str) -> Self {
        Self { inner: HttpTransport::new(), says, is_lost: Arc::default() }
    }

    /// A world in which the PSP hears of the wallet only what it asks.
    async fn world(&self) -> World {
        let transport = Arc::new(self.clone());
        World::with(|config| {
            config.wallet.transport = Some(transport);
            config.public_url = Some("http://127.0.0.1:1".parse().unwrap());
        })
        .await
    }
}

/// What a gateway says, in a page and in JSON of its own.
const NOT_FOUND: [&str; 2] =
    ["<html><h1>404 Not Found</h1></html>", r#"{"statusCode":404,"message":"Resource not found"}"#];

impl Transport for Gateway {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        // Access tokens come from elsewhere.
        if !self.is_lost.load(Ordering::Relaxed) || request.uri().path().contains("accesstoken") {
            return self.inner.send(request);
        }
        Box::pin(async move { Ok(Response::builder().status(404).body(Bytes::from(self.says)).unwrap()) })
    }
}

#[tokio::test]
async fn a_gateways_404_is_not_taken_for_a_wallet_that_does_not_know_the_payment() {
    for says in NOT_FOUND {
        let gateway = Gateway::that_says(says);
        let world = gateway.world().await;
        let id = world.create(49_900).await;
        gateway.is_lost.store(true, Ordering::Relaxed);
        let asked = send(world.call(Method::GET, "/reconciliation")).await;
        assert_eq!(asked.status, 502, "{says}: {}", asked.json);
        world.advance(Duration::from_mins(11)).await;
        assert_eq!(world.wallet.state(&id).unwrap(), State::Expired);
        assert_eq!(world.payment(&id).await["state"], "OPEN", "{says}: whether it is over is not known yet");
        gateway.is_lost.store(false, Ordering::Relaxed);
        world.advance(Duration::from_secs(1)).await;
        assert_eq!(world.payment(&id).await["state"], "CANCELLED", "the wallet says so");
        world.stop().await;
    }
}

#[tokio::test]
async fn a_gateways_404_to_an_init_refuses_no_payment() {
    let gateway = Gateway::that_says(NOT_FOUND[0]);
    let world = gateway.world().await;
    gateway.is_lost.store(true, Ordering::Relaxed);
    let body = World::body("order-1", 49_900);
    let created = send(world.call(Method::POST, "/payments").json(&body)).await.succeeded();
    assert_eq!(created["state"], "CREATED", "{created}");
    gateway.is_lost.store(false, Ordering::Relaxed);
    world.advance(Duration::from_secs(21)).await;
    assert_eq!(world.payment(&crate::world::id(&created)).await["state"], "OPEN");
    world.stop().await;
}
