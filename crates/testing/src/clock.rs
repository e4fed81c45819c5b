//! Clocks of the SDK that a test owns: the wallet's business time, for what should follow it (such as a reconciliation after
//! 30 s), and one that has nothing to do with the wallet, for what should not (such as the receiver's 13 s).

use std::sync::Arc;
use std::time::Duration;

use lommebok_domain::Timestamp;
use lommebok_engine::clock::BusinessClock;
use lommebok_sdk::{BoxFuture, Clock};
use tokio::sync::watch;

/// The business time at which every test begins: 2026-05-04T10:00:00Z, a Monday.
pub(crate) const BEGINNING: Timestamp = Timestamp::from_millis(1_777_888_800_000);

/// Tells the wallet's business time, counted from 1970-01-01T00:00:00Z, and wakes its sleepers when that is advanced.
#[derive(Clone, Debug)]
pub struct WalletClock(pub(crate) BusinessClock);

impl Clock for WalletClock {
    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().as_millis()).unwrap_or(0))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleep_until(self.now().saturating_add(duration))
    }

    fn sleep_until(&self, at: Duration) -> BoxFuture<'static, ()> {
        let clock = self.0.clone();
        let at = Timestamp::from_millis(i64::try_from(at.as_millis()).unwrap_or(i64::MAX));
        Box::pin(async move { clock.sleep_until(at).await })
    }
}

/// A clock that is frozen until it is advanced. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct HandClock(Arc<watch::Sender<Duration>>);

impl HandClock {
    /// A clock at zero.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Duration::ZERO)))
    }

    /// Sets it forward; who sleeps until then wakes.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|now| *now = now.saturating_add(by));
    }
}

impl Default for HandClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for HandClock {
    fn now(&self) -> Duration {
        *self.0.borrow()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleep_until(self.now().saturating_add(duration))
    }

    fn sleep_until(&self, at: Duration) -> BoxFuture<'static, ()> {
        let clock = Arc::clone(&self.0);
        // The sleeper holds the clock, so waiting can't fail.
        Box::pin(async move { drop(clock.subscribe().wait_for(|now| *now >= at).await) })
    }
}
