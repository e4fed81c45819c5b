//! A clock and a transport that other code holds too go into a client as they are.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use lommebok_sdk::transport::{Transport, TransportError};
use lommebok_sdk::{BoxFuture, Client, Clock, Credentials, Error, Retries};

use crate::jumping_clock::JumpingClock;

/// Never sends anything.
#[derive(Debug)]
struct Away;

impl Transport for Away {
    fn send(&self, _request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(async { Err(TransportError::not_sent("nobody is there")) })
    }
}

#[tokio::test]
async fn a_shared_clock_and_a_shared_transport_need_no_type_of_their_own() {
    let own = JumpingClock::default();
    let clock: Arc<dyn Clock> = Arc::new(own.clone());
    let transport: Arc<dyn Transport> = Arc::new(Away);
    let second = std::time::Duration::from_secs(1);
    for _ in 0..2 {
        let builder = Client::builder(Credentials::new("id-1", "secret-1", "key-1", "PSP-1"));
        let builder = builder.clock(Arc::clone(&clock)).transport(Arc::clone(&transport));
        let client = builder.retries(Retries::fixed(1, second)).build().unwrap();
        assert!(matches!(client.access_token().await.unwrap_err(), Error::NotSent(_)));
    }
    assert_eq!(own.pauses_ms(), [1_000, 1_000]);
}
