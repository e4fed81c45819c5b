//! A PSP that dies between any two steps, and comes back on its files: nothing is lost, and nothing is done twice.
//!
//! It runs on a runtime of its own, which is torn down while a call to the wallet or the acquirer hangs: before the call
//! arrived, or after it was done and before its answer arrived.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use lommebok_sample_psp::SamplePspConfig;
use lommebok_sample_psp::acquirer::simulated::SimulatedAcquirer;
use lommebok_sample_psp::acquirer::{Acquirer, Answered, Authorisation, OperationId, Order, ResponseCode};
use lommebok_sdk::transport::{HttpTransport, Transport, TransportError};
use lommebok_sdk::{BoxFuture, PspTransactionId};
use reqwest::Method;
use tokio::sync::Notify;

use crate::agreement::agree;
use crate::customer::with_shop;
use crate::faulty::unwilling;
use crate::world::{World, id, send};

/// Where the PSP hangs when it dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Before(&'static str),
    After(&'static str),
}

/// Hangs the first call at its moment, for ever, and says so.
#[derive(Clone)]
struct Halt {
    at: Arc<Mutex<Option<Moment>>>,
    reached: Arc<Notify>,
}

impl Halt {
    fn at(moment: Moment) -> Self {
        Self { at: Arc::new(Mutex::new(Some(moment))), reached: Arc::default() }
    }

    async fn passes(&self, here: Moment) {
        let is_here = self.at.lock().unwrap().take_if(|moment| *moment == here).is_some();
        if is_here {
            self.reached.notify_one();
            std::future::pending::<()>().await;
        }
    }

    fn set_up(&self, config: &mut SamplePspConfig) {
        config.wallet.transport = Some(Arc::new(HaltingTransport { inner: HttpTransport::new(), halt: self.clone() }));
        let halt = self.clone();
        config.wrap_acquirer = Some(Arc::new(move |inner| Arc::new(HaltingAcquirer { inner, halt: halt.clone() })));
    }
}

struct HaltingTransport {
    inner: HttpTransport,
    halt: Halt,
}

impl fmt::Debug for HaltingTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HaltingTransport")
    }
}

impl Transport for HaltingTransport {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            let path = request.uri().path().to_owned();
            let name = ["init", "updatestatus", "details"].into_iter().find(|name| path.ends_with(name));
            let name = name.unwrap_or("another call");
            self.halt.passes(Moment::Before(name)).await;
            let answer = self.inner.send(request).await;
            self.halt.passes(Moment::After(name)).await;
            answer
        })
    }
}

struct HaltingAcquirer {
    inner: SimulatedAcquirer,
    halt: Halt,
}

impl HaltingAcquirer {
    async fn passes(&self, name: &'static str, call: BoxFuture<'_, Answered>) -> Answered {
        self.halt.passes(Moment::Before(name)).await;
        let answer = call.await;
        self.halt.passes(Moment::After(name)).await;
        answer
    }
}

impl Acquirer for HaltingAcquirer {
    fn authorise(&self, message: Authorisation) -> BoxFuture<'_, Answered> {
        Box::pin(self.passes("authorise", self.inner.authorise(message)))
    }

    fn capture(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(self.passes("capture", self.inner.capture(order)))
    }

    fn release(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(self.passes("release", self.inner.release(order)))
    }

    fn refund(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(self.passes("refund", self.inner.refund(order)))
    }

    fn reverse(&self, authorisation: OperationId) -> BoxFuture<'_, Answered> {
        Box::pin(self.passes("reverse", self.inner.reverse(authorisation)))
    }
}

/// A payment from its beginning to its end; every step may be repeated. What is refused is refused.
async fn whole_life(world: &World) -> PspTransactionId {
    let request = world.call(Method::POST, "/payments").json(&World::body("order-1", 49_900));
    let payment = id(&send(request).await.succeeded());
    drop(world.wallet.approve(&payment).await);
    world.operate(&payment, "captures", Some(20_000), "c1").await;
    world.operate(&payment, "refunds", Some(5_000), "r1").await;
    world.operate(&payment, "cancel", None, "x1").await;
    world.work().await;
    world.advance(Duration::from_secs(30)).await;
    payment
}

/// Lives until the PSP dies at `moment`, then again on its files, and an hour longer.
async fn dies_at(moment: Moment, change: fn(&mut SamplePspConfig)) -> (World, PspTransactionId) {
    let halt = Halt::at(moment);
    let world = World::on_its_own_runtime(|config| {
        change(config);
        halt.set_up(config);
    })
    .await;
    tokio::select! {
        _ = whole_life(&world) => panic!("{moment:?} never came"),
        () = halt.reached.notified() => {}
    }
    let world = world.killed().await;
    let payment = whole_life(&world).await;
    for _ in 0..12 {
        world.advance(Duration::from_mins(5)).await;
    }
    (world, payment)
}

#[tokio::test]
async fn a_death_around_any_call_but_the_authorisation_changes_nothing_of_what_was_asked() {
    let names = ["init", "capture", "refund", "release", "updatestatus", "details"];
    for moment in names.into_iter().flat_map(|name| [Moment::Before(name), Moment::After(name)]) {
        let (world, payment) = dies_at(moment, |_| {}).await;
        let seen = world.wallet.payment(&payment).unwrap();
        let sums = (seen.captured_ore, seen.refunded_ore, seen.released_ore);
        assert_eq!(sums, (20_000, 5_000, 29_900), "{moment:?}: {:?}", world.timeline(&payment).await);
        agree(&world, &payment).await;
        assert!(world.differences().await.is_empty(), "{moment:?}");
    }
}

#[tokio::test]
async fn a_death_around_the_authorisation_is_undone_and_the_wallets_unknown_outcome_settled() {
    for moment in [Moment::Before("authorise"), Moment::After("authorise")] {
        let (world, payment) = dies_at(moment, |_| {}).await;
        let ledger = world.payment(&payment).await;
        assert_eq!((&ledger["state"], &ledger["error"]["errorId"]), (&"FAILED".into(), &"85".into()), "{moment:?}");
        assert_eq!(world.wallet.state(&payment).unwrap(), lommebok_testing::State::Failed, "{moment:?}");
        agree(&world, &payment).await;
    }
}

#[tokio::test]
async fn a_death_around_a_reversal_leaves_nothing_reserved() {
    for moment in [Moment::Before("reverse"), Moment::After("reverse")] {
        let halt = Halt::at(moment);
        let world = World::on_its_own_runtime(|config| {
            config.if_missing = lommebok_sample_psp::ledger::IfMissing::Reverse;
            halt.set_up(config);
        })
        .await;
        let payment = world.create(201).await;
        world.wallet.approve_without_waiting(&payment, lommebok_testing::Card::Visa).await.unwrap();
        world.until(&payment, "RESERVED").await;
        world.wallet.advance(Duration::from_secs(16)).await.unwrap();
        world.wallet.outcome(&payment).await.unwrap();
        tokio::select! {
            () = world.advance(Duration::from_secs(14)) => panic!("{moment:?} never came"),
            () = halt.reached.notified() => {}
        }
        let world = world.killed().await;
        world.advance(Duration::from_mins(5)).await;
        assert_eq!(world.payment(&payment).await["state"], "FAILED", "{moment:?}");
        agree(&world, &payment).await;
    }
}

#[tokio::test]
async fn a_start_that_fails_leaves_nothing_running_that_would_keep_the_next_one_from_its_files() {
    let halt = Halt::at(Moment::After("authorise"));
    let world = World::on_its_own_runtime(|config| halt.set_up(config)).await;
    let payment = world.create(49_900).await;
    world.wallet.approve_without_waiting(&payment, lommebok_testing::Card::Visa).await.unwrap();
    halt.reached.notified().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let world = world
        .killed_and_started_wrongly(|config| {
            with_shop(config);
            config.shop.as_mut().unwrap().listen = taken.local_addr().unwrap();
            // What was left unfinished is being undone while this start fails.
            config.wrap_acquirer = Some(unwilling(&[ResponseCode::IssuerUnavailable; 9]));
        })
        .await;
    world.until(&payment, "FAILED").await;
    assert!(world.standing(&payment, 1).await.unwrap().reversed);
    world.stop().await;
}
