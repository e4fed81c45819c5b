//! Removes rows whose time is over: idempotency keys and wrong PINs after 24 h, sessions after their end, known browsers after
//! 90 days, what became of the entries of updatestatus after some days (`batch_kept_days`). They count for nothing by then;
//! without this they would fill the disk.
//!
//! It looks once an hour of business time, and removes a few rows a commit with pauses between, so that it is never in a
//! request's way. Nothing rests on it.

use std::sync::Arc;
use std::time::Duration;

use lommebok_domain::TenantId;
use lommebok_store::{Committed, Expiring, Store, Write};

use crate::clock::BusinessClock;
use crate::fault::Fault;
use crate::tasks::Tasks;
use crate::writer::Writer;

/// How often it looks, in ms of business time.
const LOOKS_EVERY_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * 3_600_000;
/// Rows that one commit removes: some 5,000 a second at most, with the pause.
const ROWS_PER_COMMIT: u32 = 500;
/// The pause between two such commits, in ms of process time.
const PAUSE_MS: u64 = 100;

/// Removes what has expired, for one tenant.
#[derive(Debug)]
pub(crate) struct ExpiredRows {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) writer: Arc<Writer>,
    pub(crate) clock: BusinessClock,
    pub(crate) tasks: Tasks,
    /// How long what became of the entries of a request is kept, in days of business time.
    pub(crate) batches_kept_days: u16,
}

impl ExpiredRows {
    /// Removes expired rows until the server stops.
    pub(crate) async fn run(self: Arc<Self>) {
        let stopping = self.tasks.stopping().clone();
        while !stopping.is_cancelled() {
            let next = self.clock.now().plus_millis(LOOKS_EVERY_MS);
            for rows in Expiring::ALL {
                if let Err(fault) = self.remove(rows).await {
                    tracing::warn!(%fault, ?rows, "expired rows could not be removed; they are looked at in an hour again");
                }
            }
            tokio::select! {
                () = self.clock.sleep_until(next) => {}
                () = stopping.cancelled() => {}
            }
        }
    }

    /// Removes all rows of a kind that have expired by now. When there are none, nothing is written.
    async fn remove(&self, rows: Expiring) -> Result<(), Fault> {
        let now = self.clock.moment();
        let before = match rows {
            Expiring::IdempotencyKeys | Expiring::Sessions | Expiring::WrongPins | Expiring::KnownBrowsers => now.at,
            Expiring::Batches => {
                now.at.plus_millis(DAY_MS.saturating_mul(self.batches_kept_days.into()).saturating_neg())
            }
        };
        while self.store.has_expired(self.tenant, rows, before).await? {
            let purge = Write::Purge { rows, before, limit: ROWS_PER_COMMIT };
            let removed = self.writer.commit(purge, now.epoch).await?;
            tracing::debug!(?rows, ?removed, "expired rows are gone");
            if matches!(removed, Committed::Purged(0)) {
                return Ok(());
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(PAUSE_MS)) => {}
                () = self.tasks.stopping().cancelled() => return Ok(()),
            }
        }
        Ok(())
    }
}
