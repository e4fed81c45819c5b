//! The wallet's calls to you: `POST makePaymentUrl`, as a tower service around one async method of yours
//! ([`PaymentHandler`]).
//!
//! The receiver knows the wallet from others, answers within the wallet's 15 s whatever you do, counts attempts, and hands
//! each of them to you once, also when calls are repeated, race each other, or the process dies in between.
//!
//! A newcomer's mistake: to authorise and forget [`MakePayment::Reverse`]. What you approve after the budget is not paid.

mod answer;
mod approval;
mod attempts;
mod authorization;
#[cfg(feature = "axum")]
mod axum_route;
mod budget;
mod builder;
mod error_id;
mod handler;
mod in_flight;
mod incoming;
pub mod memory;
mod notice;
mod notices;
mod receive;
mod record;
mod reversals;
mod service;
mod step_up;
mod undoubled;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use answer::{Answer, StepUpUrl};
pub use approval::{Accepted, AcceptedAfterStepUp, Approval, NetworkToken, Operations, TokenType};
pub use authorization::{Authorization, BoxError, Expected};
pub use budget::Budget;
pub use builder::{ReceiverBuilder, StartError};
pub use error_id::ErrorId;
pub use handler::{MakePayment, PaymentHandler};
#[cfg(feature = "sqlite")]
pub use memory::SqliteMemory;
pub use memory::{InMemory, Memory};
pub use notice::{Attempt, Notice, Reversal, ReversalCause};
pub use record::Record;
pub use step_up::StepUpError;

use crate::Clock;
use in_flight::InFlight;
use record::Run;

/// Takes the wallet's calls. Cheap to clone; clones are the same receiver. Made by [`Receiver::builder`].
pub struct Receiver<H, M, A>(Arc<Inner<H, M, A>>);

struct Inner<H, M, A> {
    handler: H,
    memory: M,
    authorization: A,
    run: Run,
    budget: Duration,
    clock: Arc<dyn Clock>,
    attempts: InFlight,
    notices: InFlight,
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl<H: PaymentHandler, M: Memory, A: Authorization> Receiver<H, M, A> {
    /// Begins a receiver that hands calls to `handler`, remembers in `memory`, and believes who carries what
    /// `authorization` expects.
    pub fn builder(handler: H, memory: M, authorization: A) -> ReceiverBuilder<H, M, A> {
        ReceiverBuilder::new(handler, memory, authorization)
    }

    /// Your handler.
    pub fn handler(&self) -> &H {
        &self.0.handler
    }

    /// Waits until every call of your handler has returned; reversals that are owed stay owed until the next start. Stop
    /// taking requests first.
    pub async fn finish(&self) {
        self.0.closing.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }
}

impl<H, M, A> Clone for Receiver<H, M, A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<H, M, A> fmt::Debug for Receiver<H, M, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("budget", &self.0.budget).finish_non_exhaustive()
    }
}
