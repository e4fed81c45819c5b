//! Time as a value: a user of the SDK may bring a clock, and tests have their own.
//!
//! A clock here only measures and waits; the SDK never asks what day it is, so a wrong wall clock does no harm.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

/// A future on the heap, as the seams of this crate hand it over.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Measures time and waits for it. An [`Arc`] of a clock is that clock, so one can be handed to many.
pub trait Clock: Send + Sync + fmt::Debug + 'static {
    /// How long it is since a moment that never changes for this clock. Never goes back.
    fn now(&self) -> Duration;

    /// Returns when [`Clock::now`] has grown by `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Returns when [`Clock::now`] is `at` or later. A clock that others set forward should do better than this: between the
    /// look at the clock and the sleep it may move.
    fn sleep_until(&self, at: Duration) -> BoxFuture<'static, ()> {
        self.sleep(at.saturating_sub(self.now()))
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Duration {
        (**self).now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        (**self).sleep(duration)
    }

    fn sleep_until(&self, at: Duration) -> BoxFuture<'static, ()> {
        (**self).sleep_until(at)
    }
}

/// Tokio's clock: the monotonic time of the machine, or the paused time of a test.
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    origin: Instant,
}

impl TokioClock {
    /// A clock that begins now.
    pub fn new() -> Self {
        Self { origin: Instant::now() }
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
