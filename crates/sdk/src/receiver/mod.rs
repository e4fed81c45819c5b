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
mod record_updates;
mod reversals;
mod service;
mod unique_members;

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

use crate::{Clock, PspTransactionId};
use in_flight::InFlight;
use memory::Saved;
use record::{Passing, Run};

/// Why a finished 3-D Secure session was not taken note of.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StepUpError {
    /// Nothing of this payment waits for one: SOFT_DECLINE has not been answered.
    #[error("no attempt of this payment waits for 3-D Secure")]
    Unexpected,
    /// The memory failed. Try again before you send the user on.
    #[error("the receiver's memory failed")]
    Memory(#[source] BoxError),
}

/// How often a record is read again because another call changed it first.
const CONFLICTS_MAX: usize = 20;

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

    /// The user has passed 3-D Secure: the next ACCEPTED is the second attempt. Call this before you send the user to
    /// `operations.success`; calling it again is harmless. A user who gave up or failed needs no call.
    ///
    /// # Errors
    /// When SOFT_DECLINE was not answered for this payment, or the memory fails.
    pub async fn step_up_passed(&self, id: &PspTransactionId) -> Result<(), StepUpError> {
        let memory = &self.0.memory;
        for _ in 0..CONFLICTS_MAX {
            let found = memory.load(id).await.map_err(StepUpError::Memory)?.ok_or(StepUpError::Unexpected)?;
            let record = match found.record.step_up_passed() {
                Passing::Keep(record) => record,
                Passing::Already => return Ok(()),
                Passing::Unexpected => return Err(StepUpError::Unexpected),
            };
            if let Saved::As(_) = memory.save(id, &record, Some(found.version)).await.map_err(StepUpError::Memory)? {
                return Ok(());
            }
        }
        Err(StepUpError::Memory("the record changes too often".into()))
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
