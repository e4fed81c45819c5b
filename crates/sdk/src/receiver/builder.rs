//! Building a receiver. Its start takes up what an earlier process left behind, so that it can't be forgotten.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::in_flight::InFlight;
use super::record::Run;
use super::{Authorization, BoxError, Inner, Memory, PaymentHandler, Receiver};
use crate::{Clock, TokioClock};

/// After which the receiver answers 85 for you, unless it is set.
const BUDGET: Duration = Duration::from_secs(13);
/// The longest budget: the wallet waits 15 s, and the answer has to get there.
const LONGEST_BUDGET: Duration = Duration::from_secs(14);

/// A receiver in the making.
#[derive(Debug)]
pub struct ReceiverBuilder<H, M, A> {
    handler: H,
    memory: M,
    authorization: A,
    budget: Duration,
    clock: Option<Arc<dyn Clock>>,
}

/// A receiver could not start: its memory can't be read.
#[derive(Debug, thiserror::Error)]
#[error("the receiver's memory can't be read")]
pub struct StartError(#[source] pub(super) BoxError);

impl<H: PaymentHandler, M: Memory, A: Authorization> ReceiverBuilder<H, M, A> {
    pub(super) fn new(handler: H, memory: M, authorization: A) -> Self {
        Self { handler, memory, authorization, budget: BUDGET, clock: None }
    }

    /// After how long 85 is answered in your place: 13 s unless it is set, 14 s at most. It counts from the arrival of the
    /// call.
    #[must_use]
    pub fn budget(mut self, budget: Duration) -> Self {
        self.budget = budget.min(LONGEST_BUDGET);
        self
    }

    /// Measures and waits with another clock than tokio's; one that others hold too goes in as an `Arc<dyn Clock>`.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Starts the receiver: attempts that an earlier process left unfinished are answered 85 from now on, and your handler
    /// is asked to reverse them.
    ///
    /// # Errors
    /// When the memory can't be read.
    pub async fn start(self) -> Result<Receiver<H, M, A>, StartError> {
        let receiver = Receiver(Arc::new(Inner {
            handler: self.handler,
            memory: self.memory,
            authorization: self.authorization,
            run: Run(u64::from_be_bytes(crate::randomness::bytes())),
            budget: self.budget,
            clock: self.clock.unwrap_or_else(|| Arc::new(TokioClock::new())),
            attempts: InFlight::default(),
            notices: InFlight::default(),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
        }));
        receiver.0.take_up_unsettled().await.map_err(StartError)?;
        Ok(receiver)
    }
}
