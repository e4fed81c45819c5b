//! How many prompts one PSP may have open on one phone: beyond, a push is refused, and a number that is confirmed on the landing
//! page is bound without a prompt, so that no payment is buried under another PSP's.
//!
//! Counting and storing are one turn per PSP and user; who floods a phone waits for its own turns only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use lommebok_domain::{PaymentId, PspId, TenantId, UserId};
use lommebok_store::Store;
use tokio::sync::OwnedMutexGuard;

use crate::clock::BusinessClock;
use crate::fault::Fault;

type Turns = HashMap<(PspId, UserId), Arc<tokio::sync::Mutex<()>>>;

/// Counts the prompts of each PSP on each phone.
#[derive(Debug)]
pub struct Prompts {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) clock: BusinessClock,
    /// Prompts that one PSP may have open on one phone.
    pub(crate) most_of_psp: usize,
    pub(crate) turns: PromptTurns,
}

/// Whose turn it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct PromptTurns(Arc<Mutex<Turns>>);

/// One turn; the next one's begins when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: PromptTurns,
    of: (PspId, UserId),
    held: Option<OwnedMutexGuard<()>>,
}

impl PromptTurns {
    async fn take(&self, of: (PspId, UserId)) -> Turn {
        let lock = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(of).or_default());
        Turn { turns: self.clone(), of, held: Some(lock.lock_owned().await) }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.held = None;
        let mut turns = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.get(&self.of).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            turns.remove(&self.of);
        }
    }
}

impl Prompts {
    /// A turn to prompt the user's phone for `psp`, held until the prompt is stored. `again` is the payment whose own prompt it
    /// replaces, if it has one.
    ///
    /// # Errors
    /// [`Fault::TooManyPrompts`] when the phone has as many open ones of this PSP as it may have.
    pub(crate) async fn may_prompt(&self, psp: PspId, user: UserId, again: Option<PaymentId>) -> Result<Turn, Fault> {
        let turn = self.turns.take((psp, user)).await;
        let ends = self.store.open_prompts(self.tenant, psp, user, again).await?;
        if ends.len() < self.most_of_psp {
            return Ok(turn);
        }
        let next = ends.iter().min().map_or(0, |end| end.millis_since(self.clock.now()));
        let retry_after_s = next.saturating_add(999).checked_div(1_000).unwrap_or(1).max(1);
        Err(Fault::TooManyPrompts { retry_after_s: retry_after_s.unsigned_abs() })
    }
}
