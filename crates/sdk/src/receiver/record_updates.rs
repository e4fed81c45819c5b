//! Changing a payment's record: optimistic concurrency on its version, and retry while the memory fails.
//!
//! A change is a function of the record, because it is applied again to what another call made of it meanwhile.

use std::time::Duration;

use super::memory::{Memory, Saved, Version};
use super::record::Record;
use super::{Authorization, BoxError, Inner, PaymentHandler};
use crate::PspTransactionId;

/// How often the memory is tried.
const TRIES_MAX: usize = 60;
/// The pause after it failed.
const TRIED_AGAIN_AFTER: Duration = Duration::from_millis(500);
/// The pause before as many tries more, where money depends on it.
const NEXT_ROUND_AFTER: Duration = Duration::from_secs(30);

/// A record as it is kept.
pub(super) struct Kept {
    pub(super) record: Record,
    pub(super) version: Version,
}

impl<H: PaymentHandler, M: Memory, A: Authorization> Inner<H, M, A> {
    /// As [`Inner::amend`], for as long as the receiver lives. `None` when it is closing: the next start takes the payment up.
    pub(super) async fn amend_at_last(
        &self,
        id: &PspTransactionId,
        change: impl Fn(&Record) -> Record,
    ) -> Option<Kept> {
        loop {
            let kept = self.amend(id, None, &change).await;
            if kept.is_some() || !self.waited(NEXT_ROUND_AFTER).await {
                return kept;
            }
        }
    }

    /// Replaces a payment's record by what `change` makes of it, and tries again while the memory fails or others are
    /// faster. `None` when it can't be done, which is logged.
    pub(super) async fn amend(
        &self,
        id: &PspTransactionId,
        known: Option<&Kept>,
        change: impl Fn(&Record) -> Record,
    ) -> Option<Kept> {
        let mut known = known.map(|kept| Kept { record: kept.record.clone(), version: kept.version });
        for _ in 0..TRIES_MAX {
            match self.amend_once(id, known.take(), &change).await {
                Ok(Some(kept)) => return Some(kept),
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(%error, "the memory failed; it is tried again");
                    self.clock.sleep(TRIED_AGAIN_AFTER).await;
                }
            }
        }
        tracing::error!(psp_transaction_id = %id, "the memory goes on failing; the payment is unsettled");
        None
    }

    /// One try; `None` when another call changed it first.
    async fn amend_once(
        &self,
        id: &PspTransactionId,
        known: Option<Kept>,
        change: impl Fn(&Record) -> Record,
    ) -> Result<Option<Kept>, BoxError> {
        let Kept { record, version } = match known {
            Some(kept) => kept,
            None => match self.memory.load(id).await? {
                Some(found) => Kept { record: found.record, version: found.version },
                None => return Err("the record is gone".into()),
            },
        };
        let record = change(&record);
        Ok(match self.memory.save(id, &record, Some(version)).await? {
            Saved::As(version) => Some(Kept { record, version }),
            Saved::Conflict => None,
        })
    }
}
