//! How many prompts one PSP may have open on one phone: beyond, a push is refused, and a number that is confirmed on the landing
//! page is bound without a prompt, so that nobody's payment is buried under another's.
//!
//! Counting and storing are one turn per PSP and user; who floods a phone waits for its own turns only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use lommebok_domain::{Binding, Command, Payment, PaymentId, PspId, UserId};
use tokio::sync::OwnedMutexGuard;

use super::{Fault, Wallet};

/// Stands for the user of a number that is nobody's, so that as much is done for it; no user has this number.
const NOBODY: UserId = UserId::new(i64::MAX);

type Turns = HashMap<(PspId, UserId), Arc<tokio::sync::Mutex<()>>>;

/// Whose turn it is. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prompts(Arc<Mutex<Turns>>);

/// One turn; the next one's begins when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    prompts: Prompts,
    of: (PspId, UserId),
    held: Option<OwnedMutexGuard<()>>,
}

impl Prompts {
    async fn turn(&self, of: (PspId, UserId)) -> Turn {
        let lock = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(of).or_default());
        Turn { prompts: self.clone(), of, held: Some(lock.lock_owned().await) }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.held = None;
        let mut turns = self.prompts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.get(&self.of).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            turns.remove(&self.of);
        }
    }
}

impl Wallet {
    /// A turn to prompt the user's phone for `psp`, held until the prompt is stored. `again` is the payment whose own prompt it
    /// replaces, if it has one.
    ///
    /// # Errors
    /// [`Fault::TooManyPrompts`] when the phone has as many open ones of this PSP as it may have.
    pub(crate) async fn may_prompt(&self, psp: PspId, user: UserId, again: Option<PaymentId>) -> Result<Turn, Fault> {
        let turn = self.prompts().turn((psp, user)).await;
        let ends = self.store().open_prompts((self.tenant(), psp), user, again)?;
        if ends.len() < self.prompts_per_number() {
            return Ok(turn);
        }
        let next = ends.iter().min().map_or(0, |end| end.millis_since(self.clock().now()));
        let retry_after_s = next.saturating_add(999).checked_div(1_000).unwrap_or(1).max(1);
        Err(Fault::TooManyPrompts { retry_after_s: retry_after_s.unsigned_abs() })
    }

    /// Applies a confirmed number: its user is prompted, unless there is too much on that phone already.
    pub(super) async fn confirm(&self, payment: &Payment, to: Binding) -> Result<Payment, Fault> {
        let user = if let Binding::User(user) = to { user } else { NOBODY };
        let (_turn, command) = match self.may_prompt(payment.terms.psp, user, Some(payment.id)).await {
            Ok(turn) => (Some(turn), Command::ConfirmNumber { to }),
            Err(Fault::TooManyPrompts { .. }) => (None, Command::ConfirmWithoutPrompt { to }),
            Err(fault) => return Err(fault),
        };
        self.apply_once(payment.id, command).await
    }
}
