//! What your 3-D Secure page tells the receiver: without it an ACCEPTED after a SOFT_DECLINE is only a repeat.

use super::memory::{Memory, Saved};
use super::record::Passing;
use super::{Authorization, BoxError, PaymentHandler, Receiver};
use crate::PspTransactionId;

/// How often a record is looked at again because somebody else was faster.
const LOOKS_MAX: usize = 20;

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

impl<H: PaymentHandler, M: Memory, A: Authorization> Receiver<H, M, A> {
    /// The user has passed 3-D Secure: the next ACCEPTED is the second attempt. Call this before you send the user to
    /// `operations.success`; calling it again is harmless. A user who gave up or failed needs no call.
    ///
    /// # Errors
    /// When SOFT_DECLINE was not answered for this payment, or the memory fails.
    pub async fn step_up_passed(&self, id: &PspTransactionId) -> Result<(), StepUpError> {
        let memory = &self.0.memory;
        for _ in 0..LOOKS_MAX {
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
}
