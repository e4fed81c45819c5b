//! Time as a value: whoever uses the SDK may bring a clock of his own, and tests own theirs.
//!
//! A clock here only measures and waits; the SDK never asks what day it is, so a wrong wall clock harms nobody.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

/// A future on the heap, as the seams of this crate hand it over.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Measures time and waits for it.
pub trait Clock: Send + Sync + fmt::Debug + 'static {
    /// How long it is since a moment that never changes for this clock. Never goes back.
    fn now(&self) -> Duration;

    /// Returns when [`Clock::now`] has grown by `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
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
