//! One payment that can't be read and a wallet that is silent: the work of all others goes on.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use lommebok_sample_psp::acquirer::ResponseCode;
use lommebok_sample_psp::ledger::IfMissing;
use lommebok_sdk::transport::{HttpTransport, Transport, TransportError};
use lommebok_sdk::{BoxFuture, PspTransactionId};
use lommebok_testing::{Card, State};

use crate::faulty::unwilling;
use crate::world::World;

/// Makes the first payment of the ledger one that can't be read.
fn spoil_first_payment(world: &World) {
    let ledger = rusqlite::Connection::open(world.data_dir().join("ledger.db")).unwrap();
    assert_eq!(ledger.execute("UPDATE payment SET terms = '{}' WHERE id = 1", []).unwrap(), 1);
}

#[tokio::test]
async fn a_payment_that_can_not_be_read_holds_up_no_other_ones_work() {
    let world = World::start().await;
    let (_spoiled, other) = (world.reserved(10_000).await, world.reserved(20_000).await);
    spoil_first_payment(&world);
    world.advance(Duration::from_secs(30)).await;
    assert_eq!(world.timeline(&other).await.last().unwrap(), "wallet_read");
    world.operate(&other, "captures", None, "c1").await.succeeded();
    world.work().await;
    assert_eq!(world.wallet.payment(&other).unwrap().captured_ore, 20_000);
    world.stop().await;
}

#[tokio::test]
async fn a_payment_that_can_not_be_read_holds_up_no_reports() {
    let later = lommebok_sample_psp::Reporting::Collected(Duration::from_secs(10));
    let world = World::with(|config| config.reporting = later).await;
    let (spoiled, other) = (world.reserved(10_000).await, world.reserved(20_000).await);
    for id in [&spoiled, &other] {
        world.operate(id, "captures", None, "c1").await.succeeded();
    }
    spoil_first_payment(&world);
    world.advance(Duration::from_secs(10)).await;
    assert_eq!(world.timeline(&other).await.last().unwrap(), "report_accepted");
    world.operate(&other, "refunds", None, "r1").await.succeeded();
    world.advance(Duration::from_secs(10)).await;
    assert_eq!(world.wallet.payment(&other).unwrap().refunded_ore, 20_000);
    world.stop().await;
}

/// A wallet that never answers what is asked about details while it is silent.
#[derive(Clone, Default)]
struct SilentAboutDetails {
    inner: HttpTransport,
    is_silent: Arc<AtomicBool>,
}

impl fmt::Debug for SilentAboutDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SilentAboutDetails")
    }
}

impl Transport for SilentAboutDetails {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        if self.is_silent.load(Ordering::Relaxed) && request.uri().path().ends_with("details") {
            return Box::pin(std::future::pending());
        }
        self.inner.send(request)
    }
}

/// A payment whose reversal the acquirer has refused, so that it is tried again in a second.
async fn reversing(world: &World) -> PspTransactionId {
    let id = world.create(201).await;
    world.wallet.approve_without_waiting(&id, Card::Visa).await.unwrap();
    world.until(&id, "RESERVED").await;
    world.wallet.advance(Duration::from_secs(16)).await.unwrap();
    assert_eq!(world.wallet.outcome(&id).await.unwrap(), State::OutcomeUnknown);
    world.advance(Duration::from_secs(14)).await;
    assert_eq!(world.payment(&id).await["state"], "REVERSING");
    id
}

#[tokio::test]
async fn a_reversal_waits_for_no_read_of_a_silent_wallet() {
    let wallet = SilentAboutDetails::default();
    let transport = Arc::new(wallet.clone());
    let world = World::with(|config| {
        config.if_missing = IfMissing::Reverse;
        config.wallet.transport = Some(transport);
        config.wrap_acquirer = Some(unwilling(&[ResponseCode::IssuerUnavailable; 3]));
    })
    .await;
    let id = reversing(&world).await;
    let _read_in_30_s = world.reserved(10_000).await;
    for seconds in [1, 5, 23] {
        world.advance(Duration::from_secs(seconds)).await;
    }
    assert_eq!(world.payment(&id).await["state"], "REVERSING");
    // By now both are due, and the read was due first.
    wallet.is_silent.store(true, Ordering::Relaxed);
    world.wallet.advance(Duration::from_mins(3)).await.unwrap();
    world.until(&id, "FAILED").await;
    world.stop().await;
}
