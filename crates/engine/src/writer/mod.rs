//! The only way to the store's writer: every change of this tenant goes through it, and it knows whether changes can be stored.
//!
//! Not here: what follows from the change of a payment ([`crate::payments`]).

mod readiness;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lommebok_domain::TenantId;
use lommebok_store::{Change, CommitFault, Committed, NewIdempotency, Store, Write};

use crate::after_commit::Schedule;
use crate::clock::BusinessClock;
use crate::fault::Fault;
use crate::randomness::Randomness;
use crate::tasks::Tasks;
use readiness::Readiness;

/// How often a command is decided again after lost races.
const MAX_DECISIONS: usize = 20;

/// Stores the changes of one tenant.
#[derive(Debug)]
pub struct Writer {
    tenant: TenantId,
    store: Store,
    clock: BusinessClock,
    tasks: Tasks,
    schedule: Arc<Schedule>,
    change_ids: ChangeIds,
    readiness: Readiness,
}

/// What the writer needs.
pub(crate) struct WriterParts<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) clock: BusinessClock,
    pub(crate) tasks: Tasks,
    /// Rung when a change could not be stored, since something that is due may have been left behind.
    pub(crate) schedule: Arc<Schedule>,
    pub(crate) randomness: &'a Randomness,
}

impl Writer {
    pub(crate) fn new(parts: WriterParts<'_>) -> Arc<Self> {
        let WriterParts { tenant, store, clock, tasks, schedule, randomness } = parts;
        let change_ids = ChangeIds::new(randomness);
        Arc::new(Self { tenant, store, clock, tasks, schedule, change_ids, readiness: Readiness::default() })
    }

    /// Stores a change that was decided in this epoch of the clock.
    pub(crate) async fn commit(&self, write: Write, clock_epoch: i64) -> Result<Committed, Fault> {
        self.commit_once(write, clock_epoch, None).await
    }

    /// The same for a request that is protected by an idempotency key.
    pub(crate) async fn commit_once(
        &self,
        write: Write,
        clock_epoch: i64,
        idempotency: Option<NewIdempotency>,
    ) -> Result<Committed, Fault> {
        self.unless_recovering()?;
        let change_id = self.change_ids.next();
        let change = Change { change_id, tenant: self.tenant, clock_epoch, idempotency, write };
        let stored = self.store.commit(change).await;
        self.readiness.answered(&stored);
        // What is due now is not known, so the timers look.
        if matches!(stored, Err(CommitFault::Unavailable(_))) {
            self.schedule.trouble();
        }
        Ok(stored?)
    }

    /// Keeps the clock's record, so that a restart goes on from here.
    pub async fn keep_clock(&self) -> Result<(), Fault> {
        let (record, epoch) = (self.clock.to_record(), self.clock.moment().epoch);
        self.commit(Write::Clock(record), epoch).await.map(drop)
    }
}

/// Decides and commits, and again after each lost race.
pub(crate) async fn decide_again<T, F>(mut decide_and_commit: impl FnMut() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    for _ in 0..MAX_DECISIONS {
        match decide_and_commit().await {
            Err(Fault::Store(fault)) if fault.is_outdated() => {}
            other => return other,
        }
    }
    Err(Fault::Busy)
}

/// Gives ids to changes, by which a commit whose answer is lost can be found again: an id names this start of the server, and
/// counts. It is no secret, so the operating system is asked for randomness once and not with every request.
#[derive(Debug)]
struct ChangeIds {
    start: u64,
    count: AtomicU64,
}

impl ChangeIds {
    fn new(randomness: &Randomness) -> Self {
        Self { start: u64::from_be_bytes(randomness.bytes()), count: AtomicU64::new(0) }
    }

    fn next(&self) -> u128 {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        (u128::from(self.start) << 64) | u128::from(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_changes_have_one_id_within_a_start_or_across_two() {
        let randomness = Randomness::seeded(1);
        let (one, other) = (ChangeIds::new(&randomness), ChangeIds::new(&randomness));
        let ids = std::collections::BTreeSet::from([one.next(), one.next(), other.next(), other.next()]);
        assert_eq!(ids.len(), 4);
    }
}
