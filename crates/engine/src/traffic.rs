//! Requests in flight: what must be over before `clock auto` may move business time.
//!
//! A request holds its guard until its answer is made; the guard goes with the request's future, also when the client goes away or the
//! handler panics. Time moves under [`Traffic::halt`] only: no request is in flight then, and those that come wait for the moves of a few ms.
//! A newcomer's mistake: to count an await or a stream. They are there while time moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::futures::Notified;
use tokio::sync::{Notify, OwnedRwLockReadGuard, RwLock, RwLockWriteGuard};

/// The requests and commits of one world. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Traffic(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    requests: Arc<RwLock<()>>,
    commits: AtomicUsize,
    /// Something has ended: who moves time looks again.
    ended: Notify,
}

/// A request in flight, until it is dropped.
#[derive(Debug)]
pub struct RequestInFlight {
    held: Option<OwnedRwLockReadGuard<()>>,
    traffic: Traffic,
}

/// A commit under way, which goes on when its request is gone.
#[derive(Debug)]
pub(crate) struct CommitInFlight(Traffic);

/// No request is in flight, and none begins, until this is dropped.
#[derive(Debug)]
pub(crate) struct Halted<'a>(#[expect(dead_code, reason = "held, not read")] RwLockWriteGuard<'a, ()>);

impl Traffic {
    /// Begins a request; waits while time is moved.
    pub async fn request(&self) -> RequestInFlight {
        let requests = &self.0.requests;
        let held = match Arc::clone(requests).try_read_owned() {
            Ok(held) => held,
            // Boxed: what is rare must not make the future of a request larger.
            Err(_time_moves) => Box::pin(Arc::clone(requests).read_owned()).await,
        };
        RequestInFlight { held: Some(held), traffic: self.clone() }
    }

    /// Begins a commit.
    pub(crate) fn commit(&self) -> CommitInFlight {
        self.0.commits.fetch_add(1, Ordering::SeqCst);
        CommitInFlight(self.clone())
    }

    /// Keeps requests out, if none is in flight.
    pub(crate) fn halt(&self) -> Option<Halted<'_>> {
        let halted = self.0.requests.try_write().ok()?;
        (self.0.commits.load(Ordering::SeqCst) == 0).then_some(Halted(halted))
    }

    /// Waits until something has ended since the last call. For one waiter.
    pub(crate) async fn ended(&self) {
        self.0.ended.notified().await;
    }

    /// Makes who moves time look again.
    pub(crate) fn look_again(&self) {
        self.0.ended.notify_one();
    }
}

impl Drop for RequestInFlight {
    fn drop(&mut self) {
        self.held = None;
        self.traffic.look_again();
    }
}

impl Drop for CommitInFlight {
    fn drop(&mut self) {
        self.0.0.commits.fetch_sub(1, Ordering::SeqCst);
        self.0.look_again();
    }
}

/// Requests whose credentials are being checked, so that it is not known yet whether they are about this world: they hold back its time
/// too. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Arrivals(Arc<Arrived>);

#[derive(Debug, Default)]
struct Arrived {
    count: AtomicUsize,
    gone: Notify,
}

/// A request whose world is not known yet, until it is dropped.
#[derive(Debug)]
pub struct Arriving(Arrivals);

impl Arrivals {
    /// Begins one.
    pub fn arrive(&self) -> Arriving {
        self.0.count.fetch_add(1, Ordering::SeqCst);
        Arriving(self.clone())
    }

    /// Whether there is one.
    pub(crate) fn is_any(&self) -> bool {
        self.0.count.load(Ordering::SeqCst) > 0
    }

    /// Waits until there is none. Make the future before you look, then look, then await it.
    pub(crate) fn gone(&self) -> Notified<'_> {
        self.0.gone.notified()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if self.0.0.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.0.gone.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn time_moves_only_without_requests_and_commits_and_requests_wait_for_it() {
        let traffic = Traffic::default();
        let request = traffic.request().now_or_never().expect("nothing moves");
        let other = traffic.request().now_or_never().expect("requests do not wait for each other");
        drop(request);
        assert!(traffic.halt().is_none(), "one is left");
        let commit = traffic.commit();
        drop(other);
        assert!(traffic.halt().is_none(), "what was asked is being stored");
        drop(commit);
        let halted = traffic.halt().expect("all have ended");
        let waits = traffic.request();
        tokio::pin!(waits);
        assert!(waits.as_mut().now_or_never().is_none(), "time moves");
        drop(halted);
        assert!(waits.now_or_never().is_some());
    }

    #[test]
    fn a_guard_is_given_back_when_its_future_is_dropped_or_panics() {
        let traffic = Traffic::default();
        let mut gone = Box::pin(async {
            let _request = traffic.request().await;
            std::future::pending::<()>().await;
        });
        assert!(gone.as_mut().now_or_never().is_none());
        assert!(traffic.halt().is_none());
        drop(gone);
        assert!(traffic.halt().is_some(), "the client is gone");
        let panics = std::panic::AssertUnwindSafe(async {
            let _request = traffic.request().await;
            panic!("a handler breaks");
        });
        drop(panics.catch_unwind().now_or_never());
        assert!(traffic.halt().is_some(), "the handler is gone");
    }
}
