//! Updatestatus: what a PSP says became of its payments, many at a time (docs/domain.md §5).
//!
//! A request is kept whole as a batch with its progress, and applied in chunks; each chunk is one commit that also moves
//! the progress on. So a 200 means that everything is durable, a crash in between applies the rest at the next start, and
//! nothing is applied twice. A newcomer's mistake: to roll a chunk back because one entry is bad.

mod chunk;
mod schedule;
mod steps;
mod waiting;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use lommebok_domain::{PspId, Timestamp};
use lommebok_store::{Batch, BatchEntry, BatchId, BatchRefusal, BatchTarget, CommitFault, Fate, KeyedHash, NewBatch};

use super::{Fault, IdempotentRequest, MAX_DECISIONS, Principal, Wallet};
use crate::observability::names::REPEATED_BATCHES;
use steps::{Steps, Stored};

pub use schedule::BatchMode;

/// Entries that one commit applies at most, so that inits are not held up.
const ENTRIES_PER_COMMIT: usize = 500;

/// Batches that are looked at together.
const BATCHES_AT_ONCE: u32 = 1_000;

/// One lane per PSP: its requests, and its entries that waited, are applied one after the other, in the order of their
/// acceptance.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<HashMap<PspId, Arc<tokio::sync::Mutex<()>>>>);

impl Lanes {
    fn of(&self, psp: PspId) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(psp).or_default())
    }
}

/// Refused entries that are told to the one who sent them; the batch report has more.
const REFUSALS_TOLD: usize = 3;

/// What became of an accepted request, as far as it is known when it is accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Whether an identical body came within the last 24 h: flagged, and applied all the same.
    pub repeated: bool,
    /// How many entries could not be applied.
    pub refused: usize,
    /// The first of them.
    pub first_refused: Vec<BatchRefusal>,
    /// How many wait for the end of an attempt.
    pub waiting: usize,
}

impl Accepted {
    fn refuse(&mut self, refusals: &[BatchRefusal]) {
        self.refused = self.refused.saturating_add(refusals.len());
        let more = REFUSALS_TOLD.saturating_sub(self.first_refused.len());
        self.first_refused.extend(refusals.iter().take(more).cloned());
    }
}

impl Wallet {
    /// Accepts a request; when this returns everything is durable, and in immediate mode applied. `digest` is the keyed hash of
    /// the request as it came, by which an identical one is flagged.
    ///
    /// # Errors
    /// What the store says; [`CommitFault::KeyConflict`] for a used idempotency key.
    pub async fn update_status(
        &self,
        principal: Principal,
        entries: Vec<BatchEntry>,
        digest: KeyedHash,
        idempotency: Option<IdempotentRequest>,
    ) -> Result<Accepted, Fault> {
        let wallet = self.clone();
        self.tasks()
            .to_the_end("commit", async move { wallet.accept(principal, entries, digest, idempotency).await })
            .await
    }

    async fn accept(
        &self,
        principal: Principal,
        entries: Vec<BatchEntry>,
        digest: KeyedHash,
        idempotency: Option<IdempotentRequest>,
    ) -> Result<Accepted, Fault> {
        let lane = self.status_lanes().of(principal.psp);
        let _turn = lane.lock().await;
        let immediate = self.batch_mode() == BatchMode::Immediate;
        if immediate {
            self.finish_earlier(principal.psp).await?;
        }
        let entries: Arc<[BatchEntry]> = entries.into();
        for _ in 0..MAX_DECISIONS {
            match self.accept_now(principal, &entries, digest, idempotency).await {
                Err(Fault::Store(CommitFault::ClockReset)) => {}
                accepted => return accepted,
            }
        }
        Err(Fault::Busy)
    }

    async fn accept_now(
        &self,
        principal: Principal,
        entries: &Arc<[BatchEntry]>,
        digest: KeyedHash,
        idempotency: Option<IdempotentRequest>,
    ) -> Result<Accepted, Fault> {
        let immediate = self.batch_mode() == BatchMode::Immediate;
        let now = self.clock().moment();
        let accepted_at = now.at;
        let new = NewBatch { psp: principal.psp, accepted_at, digest, entries: Arc::clone(entries) };
        let idempotency = idempotency.map(|request| request.row(principal, accepted_at));
        let size = if immediate { ENTRIES_PER_COMMIT } else { 0 };
        let mut steps = Steps::new(self, principal.psp, entries, size).accepted_in(now.epoch);
        match steps.commit(0, BatchTarget::New(new), idempotency).await {
            Ok(Stored { id, repeated, next }) => {
                if repeated {
                    ::metrics::counter!(REPEATED_BATCHES).increment(1);
                }
                if immediate {
                    self.later_if_not_now(apply_rest(&mut steps, id, (next, entries.len())).await)?;
                } else {
                    self.timers().ring();
                }
                Ok(Accepted { repeated, ..steps.became })
            }
            Err(Fault::Store(CommitFault::Replay(stored))) => {
                let id = BatchId::new(stored.subject);
                if immediate {
                    self.later_if_not_now(self.apply_batch(id).await)?;
                }
                self.became_of(id)
            }
            Err(fault) => Err(fault),
        }
    }

    /// How many entries of an earlier request were refused, and the first of them.
    fn became_of(&self, id: BatchId) -> Result<Accepted, Fault> {
        let fates = self.store().batch_fates(self.tenant(), id, (0, u32::MAX))?;
        let refused = fates.iter().filter(|fate| matches!(fate, Fate::Refused(_))).count();
        let mut first_refused = self.store().batch_refusals(self.tenant(), id)?;
        first_refused.truncate(REFUSALS_TOLD);
        Ok(Accepted { refused, first_refused, ..Accepted::default() })
    }

    /// A batch that is durable and broke off is applied to its end by the workers, whatever its sender was answered.
    fn later_if_not_now(&self, applied: Result<(), Fault>) -> Result<(), Fault> {
        if applied.is_err() {
            self.timers().trouble();
        }
        applied
    }

    /// A batch that broke off is finished first, or a later entry could overtake an earlier one.
    async fn finish_earlier(&self, psp: PspId) -> Result<(), Fault> {
        for batch in self.store().pending_batches(self.tenant(), BATCHES_AT_ONCE)? {
            if batch.psp == psp {
                self.apply_batch(batch.id).await?;
            }
        }
        Ok(())
    }

    /// Applies what is left of a batch. The caller holds the PSP's lane.
    async fn apply_batch(&self, id: BatchId) -> Result<(), Fault> {
        let Some(batch) = self.store().batch(self.tenant(), id)? else { return Ok(()) };
        if batch.finished {
            return Ok(());
        }
        let entries = self.store().batch_entries(self.tenant(), id)?;
        let mut steps = Steps::new(self, batch.psp, &entries, ENTRIES_PER_COMMIT);
        apply_rest(&mut steps, id, (batch.next, entries.len())).await
    }

    /// Applies the batches that are due at `now`, oldest first.
    pub(crate) async fn apply_due_batches(&self, now: Timestamp) -> Result<Vec<Batch>, Fault> {
        let mode = self.batch_mode();
        self.apply_while(|batch| mode.due_at(batch).is_some_and(|at| at <= now)).await
    }

    /// Applies every batch that waits, whenever it is due: the operator's "run now".
    pub async fn run_batches(&self) -> Result<Vec<Batch>, Fault> {
        self.apply_while(|_| true).await
    }

    /// Applies waiting batches in the order of acceptance, some at a time, until none of those that wait is `wanted`.
    async fn apply_while(&self, wanted: impl Fn(&Batch) -> bool) -> Result<Vec<Batch>, Fault> {
        let mut applied = Vec::new();
        loop {
            let mut pending = self.store().pending_batches(self.tenant(), BATCHES_AT_ONCE)?;
            pending.retain(&wanted);
            if pending.is_empty() {
                return Ok(applied);
            }
            applied.extend(self.apply_in_order(pending).await?);
        }
    }

    /// When the next batch is due, after `now`.
    pub(crate) fn next_batch(&self, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        let mode = self.batch_mode();
        let pending = self.store().pending_batches(self.tenant(), BATCHES_AT_ONCE)?;
        Ok(pending.iter().filter_map(|batch| mode.due_at(batch)).filter(|at| *at > now).min())
    }

    /// A batch that can't be applied holds back the later ones of its PSP, and nobody else's.
    async fn apply_in_order(&self, pending: Vec<Batch>) -> Result<Vec<Batch>, Fault> {
        let (mut applied, mut held_back, mut first_fault) = (Vec::new(), HashSet::new(), None);
        for batch in pending {
            if held_back.contains(&batch.psp) {
                continue;
            }
            match self.apply_in_its_lane(&batch).await {
                Ok(done) => applied.extend(done),
                Err(fault) => {
                    if !fault.passes() {
                        tracing::error!(batch = batch.id.get(), %fault, "a batch could not be applied");
                    }
                    held_back.insert(batch.psp);
                    first_fault.get_or_insert(fault);
                }
            }
        }
        first_fault.map_or(Ok(applied), Err)
    }

    async fn apply_in_its_lane(&self, batch: &Batch) -> Result<Option<Batch>, Fault> {
        let lane = self.status_lanes().of(batch.psp);
        let _turn = lane.lock().await;
        self.apply_batch(batch.id).await?;
        Ok(self.store().batch(self.tenant(), batch.id)?)
    }
}

/// Commits the steps from the position `next` to `end`.
async fn apply_rest(steps: &mut Steps<'_>, id: BatchId, (mut next, end): (u32, usize)) -> Result<(), Fault> {
    loop {
        let from = usize::try_from(next).unwrap_or(usize::MAX);
        if from >= end {
            return Ok(());
        }
        Stored { next, .. } = steps.commit(from, BatchTarget::Pending { id, next }, None).await?;
    }
}
