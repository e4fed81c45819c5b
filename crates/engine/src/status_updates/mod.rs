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

use lommebok_domain::{PspId, TenantId, Timestamp};
use lommebok_store::{Batch, BatchEntry, BatchId, BatchRefusal, CommitFault, Fate, KeyedHash, NewBatch, Store};

use crate::after_commit::{Schedule, Topic};
use crate::clock::BusinessClock;
use crate::directory::Principal;
use crate::fault::Fault;
use crate::idempotency::IdempotentRequest;
use crate::in_flight::InFlight;
use crate::observability::names::REPEATED_BATCHES;
use crate::payments::Payments;
use crate::tasks::Tasks;
use crate::writer::decide_again;
use steps::{REFUSALS_NAMED, Steps, Stored};

pub use schedule::BatchMode;
pub use steps::Accepted;

/// Entries that one commit applies at most, so that inits are not held up.
const ENTRIES_PER_COMMIT: usize = 500;

/// Batches that are looked at together.
const BATCHES_AT_ONCE: u32 = 1_000;

/// A serial queue for each PSP: its requests, and its entries that waited, are applied one after the other, in the order of
/// their acceptance.
#[derive(Debug, Default)]
pub(crate) struct SerialQueues(Mutex<HashMap<PspId, Arc<tokio::sync::Mutex<()>>>>);

impl SerialQueues {
    fn of(&self, psp: PspId) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(psp).or_default())
    }
}

/// The updatestatus requests of one tenant.
#[derive(Debug)]
pub struct StatusUpdates {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) payments: Arc<Payments>,
    pub(crate) clock: BusinessClock,
    pub(crate) tasks: Tasks,
    pub(crate) schedule: Arc<Schedule>,
    pub(crate) in_flight: InFlight,
    /// When entries are applied.
    pub(crate) mode: BatchMode,
    pub(crate) queues: SerialQueues,
}

/// A request as the edge has read it.
#[derive(Clone, Debug)]
pub struct NewUpdate {
    pub principal: Principal,
    /// Its entries, in the order of the body.
    pub entries: Arc<[BatchEntry]>,
    /// The keyed hash of the request as it came, by which an identical one is flagged.
    pub digest: KeyedHash,
    /// The request's idempotency key, if it had one.
    pub idempotency: Option<IdempotentRequest>,
}

impl StatusUpdates {
    /// Accepts a request; when this returns everything is durable, and in immediate mode applied.
    ///
    /// # Errors
    /// What the store says; [`CommitFault::KeyConflict`] for a used idempotency key.
    pub async fn accept(self: &Arc<Self>, new: NewUpdate) -> Result<Accepted, Fault> {
        let (updates, under_way) = (Arc::clone(self), self.payments.traffic.commit());
        let accepted = async move {
            let _under_way = under_way;
            updates.accept_in_turn(&new).await
        };
        self.tasks.to_the_end("commit", accepted).await
    }

    async fn accept_in_turn(&self, new: &NewUpdate) -> Result<Accepted, Fault> {
        let queue = self.queues.of(new.principal.psp);
        let _turn = queue.lock().await;
        if self.is_immediate() {
            self.finish_earlier(new.principal.psp).await?;
        }
        // The moment of acceptance is another one each time.
        decide_again(|| self.accept_now(new)).await
    }

    async fn accept_now(&self, new: &NewUpdate) -> Result<Accepted, Fault> {
        let NewUpdate { principal, entries, digest, idempotency } = new;
        let now = self.clock.moment();
        let row = idempotency.map(|request| request.row(*principal, now.at));
        let batch = NewBatch { psp: principal.psp, accepted_at: now.at, digest: *digest, entries: Arc::clone(entries) };
        let size = if self.is_immediate() { ENTRIES_PER_COMMIT } else { 0 };
        let mut steps = Steps::new(&self.payments, principal.psp, entries, size);
        match steps.accept(batch, now.epoch, row).await {
            Ok(stored) => self.accepted(steps, stored).await,
            Err(Fault::Store(CommitFault::Replay(stored))) => {
                let id = BatchId::new(stored.subject);
                if self.is_immediate() {
                    self.later_if_not_now(self.apply_batch(id).await)?;
                }
                self.became_of(id).await
            }
            Err(fault) => Err(fault),
        }
    }

    /// A request is durable: it is applied now, or by the timers.
    async fn accepted(&self, mut steps: Steps<'_>, stored: Stored) -> Result<Accepted, Fault> {
        if stored.repeated {
            ::metrics::counter!(REPEATED_BATCHES).increment(1);
        }
        if self.is_immediate() {
            self.later_if_not_now(steps.apply_rest(stored.id, stored.next).await)?;
        } else {
            self.schedule.ring();
        }
        Ok(Accepted { repeated: stored.repeated, ..steps.became })
    }

    fn is_immediate(&self) -> bool {
        self.mode == BatchMode::Immediate
    }

    /// How many entries of an earlier request were refused, and the first of them.
    async fn became_of(&self, id: BatchId) -> Result<Accepted, Fault> {
        let fates = self.fates(id, 0, u32::MAX).await?;
        let refused = fates.iter().filter(|fate| matches!(fate, Fate::Refused(_))).count();
        let mut first_refused = self.refusals(id).await?;
        first_refused.truncate(REFUSALS_NAMED);
        Ok(Accepted { refused, first_refused, ..Accepted::default() })
    }

    /// A batch that is durable and broke off is applied to its end by the workers, whatever its sender was answered.
    fn later_if_not_now(&self, applied: Result<(), Fault>) -> Result<(), Fault> {
        if applied.is_err() {
            self.schedule.trouble();
        }
        applied
    }

    /// A batch that broke off is finished first, or a later entry could overtake an earlier one.
    async fn finish_earlier(&self, psp: PspId) -> Result<(), Fault> {
        for batch in self.store.pending_batches(self.tenant, BATCHES_AT_ONCE).await? {
            if batch.psp == psp {
                self.apply_batch(batch.id).await?;
            }
        }
        Ok(())
    }

    /// Applies what is left of a batch. The caller has the PSP's turn.
    async fn apply_batch(&self, id: BatchId) -> Result<(), Fault> {
        let Some(batch) = self.store.batch(self.tenant, id).await? else { return Ok(()) };
        if batch.finished {
            return Ok(());
        }
        let entries = self.store.batch_entries(self.tenant, id).await?;
        Steps::new(&self.payments, batch.psp, &entries, ENTRIES_PER_COMMIT).apply_rest(id, batch.next).await
    }

    /// Applies the batches that are due at `now`, oldest first.
    pub(crate) async fn apply_due(&self, now: Timestamp) -> Result<(), Fault> {
        for batch in self.apply_while(|batch| self.mode.due_at(batch).is_some_and(|at| at <= now)).await? {
            tracing::info!(batch = batch.id.get(), entries = batch.count, "batch applied");
        }
        Ok(())
    }

    /// Applies every batch that waits, whenever it is due: the operator's "run now".
    pub async fn run_now(&self) -> Result<Vec<Batch>, Fault> {
        self.apply_while(|_| true).await
    }

    /// Applies waiting batches in the order of acceptance, some at a time, until none of those that wait is `wanted`.
    async fn apply_while(&self, wanted: impl Fn(&Batch) -> bool) -> Result<Vec<Batch>, Fault> {
        let mut applied = Vec::new();
        loop {
            let mut pending = self.store.pending_batches(self.tenant, BATCHES_AT_ONCE).await?;
            pending.retain(&wanted);
            if pending.is_empty() {
                return Ok(applied);
            }
            applied.extend(self.apply_in_order(pending).await?);
        }
    }

    /// When the next batch is due, after `now`.
    pub(crate) async fn next(&self, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        let pending = self.store.pending_batches(self.tenant, BATCHES_AT_ONCE).await?;
        Ok(pending.iter().filter_map(|batch| self.mode.due_at(batch)).filter(|at| *at > now).min())
    }

    /// A batch that can't be applied holds back the later ones of its PSP only.
    async fn apply_in_order(&self, pending: Vec<Batch>) -> Result<Vec<Batch>, Fault> {
        let (mut applied, mut held_back, mut first_fault) = (Vec::new(), HashSet::new(), None);
        for batch in pending {
            if held_back.contains(&batch.psp) {
                continue;
            }
            match self.apply_in_turn(&batch).await {
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

    async fn apply_in_turn(&self, batch: &Batch) -> Result<Option<Batch>, Fault> {
        let queue = self.queues.of(batch.psp);
        let _turn = queue.lock().await;
        self.apply_batch(batch.id).await?;
        self.batch(batch.id).await
    }

    /// A request.
    pub async fn batch(&self, id: BatchId) -> Result<Option<Batch>, Fault> {
        Ok(self.store.batch(self.tenant, id).await?)
    }

    /// Whether each entry of a request was applied or refused, and none waits.
    pub async fn is_applied(&self, id: BatchId) -> Result<bool, Fault> {
        // A request of which not everything has had its turn need not be read whole.
        if !self.batch(id).await?.is_some_and(|batch| batch.finished) {
            return Ok(false);
        }
        Ok(!self.fates(id, 0, u32::MAX).await?.contains(&Fate::Waiting))
    }

    /// Waits until [`StatusUpdates::is_applied`], woken by what is stored and never by time.
    ///
    /// # Errors
    /// [`Fault::Stopping`] when the server stops before.
    pub async fn until_applied(&self, id: BatchId) -> Result<(), Fault> {
        let mut stored = self.payments.hints().subscribe(Topic::Batches);
        while !self.is_applied(id).await? {
            tokio::select! {
                _look = stored.notified() => {}
                () = self.tasks.stopping().cancelled() => return Err(Fault::Stopping),
            }
        }
        Ok(())
    }

    /// What became of a request's entries from position `from` on, of so many at most.
    pub async fn fates(&self, id: BatchId, from: u32, limit: u32) -> Result<Vec<Fate>, Fault> {
        Ok(self.store.batch_fates(self.tenant, id, from, limit).await?)
    }

    /// The entries of a request, in their order: all, or the first when all had their turn.
    pub async fn entries(&self, id: BatchId) -> Result<Vec<BatchEntry>, Fault> {
        Ok(self.store.batch_entries(self.tenant, id).await?)
    }

    /// The first entries of a request that were refused.
    pub async fn refusals(&self, id: BatchId) -> Result<Vec<BatchRefusal>, Fault> {
        Ok(self.store.batch_refusals(self.tenant, id).await?)
    }

    /// The newest requests, accepted before `before`.
    pub async fn batches(&self, before: Option<BatchId>, limit: u32) -> Result<Vec<Batch>, Fault> {
        Ok(self.store.batches(self.tenant, before, limit).await?)
    }
}
