//! The reports that don't get through: a batch that the wallet refuses, and a day without the wallet. In both one bad thing
//! holds up nothing else, and the timeline shows what was not sent.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use lommebok_sample_psp::Reporting;
use lommebok_sample_psp::ledger::IfMissing;
use lommebok_sdk::BoxFuture;
use lommebok_sdk::transport::{HttpTransport, Transport, TransportError};
use lommebok_testing::State;
use tokio_util::task::TaskTracker;

use crate::agreement::Run;
use crate::faults::Fault;
use crate::world::World;

/// A wallet that can't read an updatestatus with this word in it, and keeps how many entries each of the others had.
#[derive(Clone, Default)]
struct Fastidious {
    inner: HttpTransport,
    word: Arc<Mutex<String>>,
    refused: Arc<Mutex<usize>>,
}

impl fmt::Debug for Fastidious {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fastidious")
    }
}

impl Transport for Fastidious {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        let word = self.word.lock().unwrap().clone();
        let is_refused = request.uri().path().ends_with("updatestatus")
            && !word.is_empty()
            && String::from_utf8_lossy(request.body()).contains(&word);
        if !is_refused {
            return self.inner.send(request);
        }
        *self.refused.lock().unwrap() += 1;
        let body = r#"[{"errorCode":"51","errorMessage":"transactions[0]: can't be read","contextId":"c"}]"#;
        let answer = Response::builder().status(400).header("content-type", "application/json");
        Box::pin(async move { Ok(answer.body(Bytes::from(body)).unwrap()) })
    }
}

#[tokio::test]
async fn a_refused_batch_falls_apart_and_only_the_bad_report_is_given_up() {
    let wallet = Fastidious::default();
    let transport = wallet.clone();
    let world = World::with(|config| {
        config.reporting = Reporting::Collected(Duration::from_mins(1));
        config.wallet.transport = Some(Arc::new(transport));
    })
    .await;
    let (first, bad, last) = (world.reserved(10_000).await, world.reserved(20_000).await, world.reserved(30_000).await);
    for id in [&first, &bad, &last] {
        world.operate(id, "captures", None, "c1").await.succeeded();
    }
    *wallet.word.lock().unwrap() = bad.to_string();
    world.advance(Duration::from_mins(1)).await;
    // Once with the others, and once alone.
    assert_eq!(*wallet.refused.lock().unwrap(), 2);
    assert_eq!(world.wallet.payment(&first).unwrap().captured_ore, 10_000);
    assert_eq!(world.wallet.payment(&bad).unwrap().captured_ore, 0);
    assert_eq!(world.wallet.payment(&last).unwrap().captured_ore, 30_000);
    assert_eq!(world.timeline(&first).await.last().unwrap(), "report_accepted");
    assert_eq!(world.timeline(&bad).await.last().unwrap(), "report_refused");
    let differences = world.differences().await;
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0]["pspTransactionId"], bad.as_str());
    assert_eq!(
        (&differences[0]["ledger"]["captured"], &differences[0]["wallet"]["captured"]),
        (&20_000.into(), &0.into())
    );
    assert_eq!(differences[0]["reportsWaiting"], 0);
    world.stop().await;
}

#[tokio::test]
async fn a_batch_is_given_up_after_23_hours_without_the_wallet_and_the_next_one_goes() {
    let tasks = TaskTracker::new();
    let mut run = Run::start(IfMissing::SendReserved, &tasks).await;
    run.create(49_900, "landing_page").await;
    let id = run.payments[0].clone();
    assert_eq!(run.world.wallet.approve(&id).await.unwrap(), State::Reserved);
    run.lines.to_wallet.plan([Fault::RequestLost; 2_000]);
    run.world.operate(&id, "captures", Some(10_000), "c1").await.succeeded();
    run.world.work().await;
    run.world.advance(Duration::from_hours(23)).await;
    assert_ne!(run.world.timeline(&id).await.last().unwrap(), "report_refused", "the wallet still knows the key");
    // The pause before the next try is ten minutes at most.
    run.world.advance(Duration::from_mins(10)).await;
    assert_eq!(run.world.timeline(&id).await.last().unwrap(), "report_refused");
    run.lines.to_wallet.off();
    run.world.operate(&id, "captures", Some(5_000), "c2").await.succeeded();
    run.world.work().await;
    assert_eq!(run.world.wallet.payment(&id).unwrap().captured_ore, 5_000);
    let differences = run.world.differences().await;
    assert_eq!(
        (&differences[0]["ledger"]["captured"], &differences[0]["wallet"]["captured"]),
        (&15_000.into(), &5_000.into())
    );
    run.world.stop().await;
}

#[tokio::test]
async fn a_batch_is_not_sent_again_when_the_wallet_may_have_forgotten_its_key() {
    let tasks = TaskTracker::new();
    let mut run = Run::start(IfMissing::SendReserved, &tasks).await;
    run.create(49_900, "landing_page").await;
    let id = run.payments[0].clone();
    assert_eq!(run.world.wallet.approve(&id).await.unwrap(), State::Reserved);
    run.lines.to_wallet.plan([Fault::AnswerLost; 100]);
    run.world.operate(&id, "captures", Some(10_000), "c1").await.succeeded();
    run.world.work().await;
    assert_eq!(run.world.wallet.payment(&id).unwrap().captured_ore, 10_000, "the wallet took it, and nobody heard");
    run.lines.to_wallet.off();
    let world = run.world.restarted_after(Duration::from_hours(25)).await;
    world.work().await;
    assert_eq!(world.wallet.payment(&id).unwrap().captured_ore, 10_000);
    assert!(world.timeline(&id).await.contains(&"report_refused".to_owned()));
    world.operate(&id, "captures", Some(5_000), "c2").await.succeeded();
    world.work().await;
    assert_eq!(world.wallet.payment(&id).unwrap().captured_ore, 15_000, "the next one goes");
    world.stop().await;
}
