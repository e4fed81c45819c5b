//! Reversals that are owed: handed to the handler until it says that they are done, after pauses that grow; and what an
//! earlier process left unfinished, taken up at the start.

use std::sync::Arc;
use std::time::Duration;

use super::answer::Said;
use super::attempts::OTHERS_MAY_RUN_FOR;
use super::memory::Memory;
use super::record::Record;
use super::{Authorization, BoxError, Inner, MakePayment, PaymentHandler};
use crate::PspTransactionId;

/// The pauses before each try of a reversal.
const PAUSES: [Duration; 5] =
    [Duration::ZERO, Duration::from_secs(5), Duration::from_secs(30), Duration::from_mins(2), Duration::from_mins(10)];
/// The pause before each further try, for as long as the receiver lives.
const LAST_PAUSE: Duration = Duration::from_hours(1);

impl<H: PaymentHandler, M: Memory, A: Authorization> Inner<H, M, A> {
    /// Does the reversal that is owed for a payment, if any. Returns when it is, or when the receiver is closing.
    pub(super) async fn settle(self: &Arc<Self>, id: &PspTransactionId) {
        for pause in PAUSES.into_iter().chain(std::iter::repeat(LAST_PAUSE)) {
            if !pause.is_zero() && !self.waited(pause).await {
                return;
            }
            match self.reversed(id).await {
                Ok(true) => return,
                Ok(false) => tracing::warn!(psp_transaction_id = %id, "the reversal is not done yet"),
                Err(error) => tracing::error!(psp_transaction_id = %id, %error, "the memory failed"),
            }
        }
    }

    /// One try; `true` when nothing is owed (any more).
    async fn reversed(self: &Arc<Self>, id: &PspTransactionId) -> Result<bool, BoxError> {
        let Some(handed) = self.memory.load(id).await?.map(|found| found.record) else { return Ok(true) };
        let Some(reversal) = handed.reversal(id) else { return Ok(true) };
        let answer = self.call_handler(MakePayment::Reverse(reversal)).await;
        if !answer.is_ok_and(|answer| answer.said == Said::Reversal { done: true } && answer.id == *id) {
            return Ok(false);
        }
        let kept = self.amend(id, None, |record| record.reversed(&handed)).await;
        Ok(kept.is_some_and(|kept| kept.record.reversal(id).is_none()))
    }

    /// Waits; `false` when the receiver is closing.
    pub(super) async fn waited(&self, pause: Duration) -> bool {
        tokio::select! {
            () = self.clock.sleep(pause) => true,
            () = self.closing.cancelled() => false,
        }
    }

    /// Takes up what earlier runs left unsettled: in the background, but known before the first call is taken.
    pub(super) async fn take_up_unsettled(self: &Arc<Self>) -> Result<(), BoxError> {
        for id in self.memory.unsettled().await? {
            let inner = Arc::clone(self);
            let at_once = !self.memory.is_shared();
            if at_once {
                self.abandon(&id).await?;
            }
            self.spawn(async move {
                if at_once || inner.found_abandoned(&id).await {
                    inner.settle(&id).await;
                }
            });
        }
        Ok(())
    }

    /// Marks what a run that is gone was at as interrupted.
    async fn abandon(&self, id: &PspTransactionId) -> Result<(), BoxError> {
        let found = self.memory.load(id).await?;
        let of_others =
            found.is_some_and(|found| !found.record.belongs_to(self.run) && found.record.interrupted().is_some());
        if of_others {
            let run = self.run;
            let interrupted = |record: &Record| {
                let abandoned = (!record.belongs_to(run)).then(|| record.interrupted()).flatten();
                abandoned.unwrap_or_else(|| record.clone())
            };
            self.amend(id, None, interrupted).await.ok_or("the memory failed")?;
        }
        Ok(())
    }

    /// Waits until another process can't be at the payment any more; `false` when it is at it still, or we are closing.
    async fn found_abandoned(&self, id: &PspTransactionId) -> bool {
        let age = match self.memory.load(id).await {
            Ok(Some(found)) => found.age,
            Ok(None) => return false,
            Err(error) => {
                tracing::error!(psp_transaction_id = %id, %error, "the memory failed; the next start takes it up");
                return false;
            }
        };
        if age < OTHERS_MAY_RUN_FOR && !self.waited(OTHERS_MAY_RUN_FOR.saturating_sub(age)).await {
            return false;
        }
        match self.memory.load(id).await {
            Ok(Some(found)) if found.age >= OTHERS_MAY_RUN_FOR => self.abandon(id).await.is_ok(),
            _ => false,
        }
    }
}
