//! How long an answer may take. The wallet waits 15 s from the moment that it opens the call; the receiver answers for you
//! after 13, so that its answer still arrives.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::Clock;

/// The time that is left for an answer. Clones are of the same attempt.
#[derive(Clone)]
pub struct Budget {
    clock: Arc<dyn Clock>,
    ends_at: Duration,
    over: CancellationToken,
}

impl Budget {
    pub(super) fn new(clock: Arc<dyn Clock>, ends_at: Duration) -> Self {
        Self { clock, ends_at, over: CancellationToken::new() }
    }

    /// What is left; zero when it is over. Give your acquirer less.
    pub fn remaining(&self) -> Duration {
        if self.is_over() { Duration::ZERO } else { self.ends_at.saturating_sub(self.clock.now()) }
    }

    /// Whether 85 has been answered in your place. An authorisation that still comes has to be reversed, and you will be
    /// told so ([`MakePayment::Reverse`](super::MakePayment::Reverse)).
    pub fn is_over(&self) -> bool {
        self.over.is_cancelled()
    }

    /// Returns when 85 has been answered in your place.
    pub async fn over(&self) {
        self.over.cancelled().await;
    }

    /// Returns when its time has come, whether or not it has ended before.
    pub(super) async fn ran_out(&self) {
        self.clock.sleep_until(self.ends_at).await;
    }

    pub(super) fn end(&self) {
        self.over.cancel();
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget").field("remaining", &self.remaining()).finish_non_exhaustive()
    }
}
