//! The steps of a batch, one commit each. While one is being stored the next is decided, unless it rests on a payment that
//! the first one changes.
//!
//! A newcomer's mistake: to leave that to the guards of the payments' versions. A refusal changes no payment, so nothing
//! would notice that it was decided too early.

use std::sync::Arc;

use futures_util::future::join;
use lommebok_domain::{PaymentId, PspId};
use lommebok_store::{BatchEntry, BatchId, BatchRefusal, BatchTarget, Committed, NewBatch, NewIdempotency, Write};

use super::chunk::{Counted, DecidedStep, decide_step};
use crate::after_commit::Topic;
use crate::fault::Fault;
use crate::payments::{Decided, Payments};
use crate::writer::decide_again;

/// Refused entries that the answer names; the batch report has more.
pub(super) const REFUSALS_NAMED: usize = 3;

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
        let more = REFUSALS_NAMED.saturating_sub(self.first_refused.len());
        self.first_refused.extend(refusals.iter().take(more).cloned());
    }
}

/// A batch that is being applied.
pub(super) struct Steps<'a> {
    payments: &'a Arc<Payments>,
    psp: PspId,
    entries: &'a [BatchEntry],
    /// At most so many entries in one commit.
    size: usize,
    ahead: Option<DecidedStep>,
    /// What became of the entries so far.
    pub(super) became: Accepted,
}

/// What a step has made durable.
pub(super) struct Stored {
    pub(super) id: BatchId,
    /// Whether the request is byte-identical to one of the last 24 h; known of the step that accepts it.
    pub(super) repeated: bool,
    /// The position behind the step.
    pub(super) next: u32,
}

/// A step that is durable, and what was decided meanwhile.
struct Done {
    stored: Stored,
    counted: Counted,
    ahead: Option<DecidedStep>,
}

impl<'a> Steps<'a> {
    /// The steps of `entries`; with a `size` of 0 the one step that accepts the request and applies nothing.
    pub(super) fn new(payments: &'a Arc<Payments>, psp: PspId, entries: &'a [BatchEntry], size: usize) -> Self {
        Self { payments, psp, entries, size, ahead: None, became: Accepted::default() }
    }

    /// Commits the first step, which accepts the request, in the epoch of the clock in which it came.
    ///
    /// # Errors
    /// What the store says.
    pub(super) async fn accept(
        &mut self,
        batch: NewBatch,
        epoch: i64,
        idempotency: Option<NewIdempotency>,
    ) -> Result<Stored, Fault> {
        let mut step = self.decide(0).await?;
        step.epoch = epoch;
        let done = self.commit(step, BatchTarget::New(batch), idempotency).await?;
        Ok(self.took(done))
    }

    /// Commits the steps from the position `next` to the end.
    ///
    /// # Errors
    /// What the store says; [`Fault::Busy`] when it lost every race.
    pub(super) async fn apply_rest(&mut self, id: BatchId, mut next: u32) -> Result<(), Fault> {
        loop {
            let from = usize::try_from(next).unwrap_or(usize::MAX);
            if from >= self.entries.len() {
                return Ok(());
            }
            Stored { next, .. } = self.apply_from(from, BatchTarget::Pending { id, next }).await?;
        }
    }

    async fn apply_from(&mut self, from: usize, target: BatchTarget) -> Result<Stored, Fault> {
        let mut ahead = self.ahead.take().filter(|ahead| ahead.from == from);
        let steps = &*self;
        let done = decide_again(|| {
            let ahead = ahead.take();
            let target = target.clone();
            async move {
                let step = match ahead {
                    Some(decided) => decided,
                    None => steps.decide(from).await?,
                };
                steps.commit(step, target, None).await
            }
        });
        let done = done.await?;
        Ok(self.took(done))
    }

    /// Remembers what a step made durable.
    fn took(&mut self, done: Done) -> Stored {
        let Done { stored, counted, ahead } = done;
        self.ahead = ahead;
        self.became.refuse(&counted.refusals);
        self.became.waiting = self.became.waiting.saturating_add(counted.waiting);
        stored
    }

    /// Commits one step, and decides the next one meanwhile.
    async fn commit(
        &self,
        mut step: DecidedStep,
        target: BatchTarget,
        idempotency: Option<NewIdempotency>,
    ) -> Result<Done, Fault> {
        let (next, to, epoch, counted) = (step.next(), step.to, step.epoch, step.counted());
        let changed = std::mem::take(&mut step.touched);
        let touched: Vec<PaymentId> = changed.iter().map(|changed| changed.before.id).collect();
        let write = Write::Batch(Box::new(step.into_write(target)));
        let stored = self.payments.commit(Decided { write, changed, epoch, idempotency });
        let (durable, ahead) = join(stored, self.decide_ahead(to, &touched)).await;
        let durable = durable?;
        self.payments.hints().look_again(Topic::Batches);
        counted.count();
        let Committed::Batch { id, repeated } = durable.committed else { return Err(Fault::Busy) };
        Ok(Done { stored: Stored { id, repeated, next }, counted, ahead })
    }

    async fn decide(&self, from: usize) -> Result<DecidedStep, Fault> {
        let to = from.saturating_add(self.size).min(self.entries.len());
        decide_step(self.payments, self.psp, self.entries, from..to).await
    }

    /// The step that begins at `from`, if it can be decided before the one that touches these payments is stored. A fault
    /// shows itself when the step's turn comes.
    async fn decide_ahead(&self, from: usize, touched: &[PaymentId]) -> Option<DecidedStep> {
        if self.size == 0 || from >= self.entries.len() {
            return None;
        }
        self.decide(from).await.ok().filter(|decided| !decided.rests_on(touched))
    }
}
