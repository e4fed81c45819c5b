//! Lookups of one PSP: shared while under way, remembered for a moment when they fail, and few at a time.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;

use super::super::resolve::{Lookups, Resolver};

/// A resolver that counts: names that begin with `dead` wait for the gate and fail, others are 127.0.0.1.
fn counting(gate: &watch::Sender<bool>) -> (Resolver, Arc<AtomicUsize>) {
    let (count, gate) = (Arc::new(AtomicUsize::new(0)), gate.subscribe());
    let counted = Arc::clone(&count);
    let resolver = Resolver::Scripted(Arc::new(move |name| {
        counted.fetch_add(1, Ordering::SeqCst);
        let mut gate = gate.clone();
        Box::pin(async move {
            if name.starts_with("dead") {
                drop(gate.wait_for(|open| *open).await);
                return Err(io::ErrorKind::TimedOut.into());
            }
            Ok(vec![IpAddr::from([127, 0, 0, 1])])
        })
    }));
    (resolver, count)
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_being_looked_up_is_looked_up_once_and_a_failure_is_remembered_for_a_second() {
    let gate = watch::Sender::new(false);
    let (resolver, count) = counting(&gate);
    let lookups = Lookups::default();
    let dead = async || resolver.addresses("dead.example", &lookups).await.map_err(|fault| fault.kind());
    let all = join_all((0..50).map(|_| dead()));
    let opening = async { gate.send_replace(true) };
    let (found, _) = tokio::join!(all, opening);
    assert!(found.iter().all(|found| *found == Err(io::ErrorKind::TimedOut)));
    assert_eq!(count.load(Ordering::SeqCst), 1);
    tokio::time::advance(Duration::from_millis(999)).await;
    assert_eq!(dead().await, Err(io::ErrorKind::TimedOut));
    assert_eq!(count.load(Ordering::SeqCst), 1, "remembered");
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(dead().await, Err(io::ErrorKind::TimedOut));
    assert_eq!(count.load(Ordering::SeqCst), 2, "asked again");
    for _ in 0..3 {
        assert!(resolver.addresses("good.example", &lookups).await.is_ok());
    }
    assert_eq!(count.load(Ordering::SeqCst), 5, "a success is not remembered");
}

#[tokio::test(start_paused = true)]
async fn many_calls_to_a_dead_name_hold_up_no_call_to_a_good_one() {
    let gate = watch::Sender::new(false);
    let (resolver, count) = counting(&gate);
    let lookups = Lookups::default();
    // Calls come and go before the lookup ends: it stays the same one.
    for _ in 0..50 {
        let call = resolver.addresses("dead.example", &lookups);
        assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert!(resolver.addresses("good.example", &lookups).await.is_ok());
    // Eight lookups at a time: a ninth dead name takes the place of none.
    let names: Vec<String> = (0..7).map(|number| format!("dead-{number}.example")).collect();
    let mut under_way = join_all(names.iter().map(|name| resolver.addresses(name, &lookups)));
    assert!(futures_util::poll!(&mut under_way).is_pending());
    assert_eq!(count.load(Ordering::SeqCst), 9);
    let waiting = tokio::time::timeout(Duration::from_secs(1), resolver.addresses("good.example", &lookups));
    assert!(waiting.await.is_err(), "all eight are busy");
    gate.send_replace(true);
    assert!(under_way.await.iter().all(Result::is_err));
    assert!(resolver.addresses("good.example", &lookups).await.is_ok());
}
