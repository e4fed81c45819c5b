//! One step of a batch: read its payments, decide entry by entry, commit once.

use std::collections::HashMap;

use lommebok_domain::{Command, Payment, PaymentId, PspId, Refusal, Timestamp, Transition, decide};
use lommebok_store::{
    BatchEntry, BatchId, BatchRefusal, BatchTarget, BatchWrite, Change, CommitFault, Committed, NewIdempotency,
    ParkedEntry, PaymentWrite, Write,
};

use crate::wallet::{Fault, MAX_DECISIONS, Wallet, measures};

/// Which entries of a batch a step is about.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) psp: PspId,
    pub(super) entries: &'a [BatchEntry],
    pub(super) from: usize,
    pub(super) at_most: usize,
}

/// What a step makes of its payments.
struct Chunk {
    now: Timestamp,
    payments: HashMap<PaymentId, Touched>,
    /// Written in the order of their numbers, so that neighbouring rows are written together.
    order: Vec<PaymentId>,
    refusals: Vec<BatchRefusal>,
    parked: Vec<ParkedEntry>,
}

struct Touched {
    before: Payment,
    transition: Option<Transition>,
}

impl Wallet {
    /// Commits one step; answers the batch's number, whether its body is a repeated one, and the position after the step.
    pub(super) async fn commit_step(
        &self,
        step: Step<'_>,
        target: BatchTarget,
        idempotency: Option<NewIdempotency>,
    ) -> Result<(BatchId, bool, u32), Fault> {
        let to = step.from.saturating_add(step.at_most).min(step.entries.len());
        let next = u32::try_from(to).unwrap_or(u32::MAX);
        for _ in 0..MAX_DECISIONS {
            let (writes, touched) = self.decide_chunk(step.psp, step.from, step.entries.get(step.from..to))?;
            let counted = Counted::of(&writes, to.saturating_sub(step.from));
            let write = BatchWrite { target: target.clone(), next, ..writes };
            let change = Change {
                change_id: self.change_id(),
                tenant: self.tenant(),
                idempotency: idempotency.clone(),
                write: Write::Batch(Box::new(write)),
            };
            match self.store_change(change).await {
                Ok(committed) => {
                    for (before, after) in &touched {
                        self.committed(before, after);
                    }
                    counted.tell();
                    let Committed::Batch { id, repeated } = committed else { return Err(Fault::Busy) };
                    return Ok((id, repeated, next));
                }
                Err(Fault::Store(CommitFault::Stale(_))) => {}
                Err(fault) => return Err(fault),
            }
        }
        Err(Fault::Busy)
    }

    fn decide_chunk(
        &self,
        psp: PspId,
        from: usize,
        entries: Option<&[BatchEntry]>,
    ) -> Result<(BatchWrite, Vec<(Payment, Payment)>), Fault> {
        let entries = entries.unwrap_or_default();
        let ids: Vec<_> = entries.iter().map(|entry| entry.psp_transaction_id.clone()).collect();
        let payments = self.store().payments_of_psp(self.tenant(), psp, &ids)?;
        let mut chunk = Chunk {
            now: self.clock().now(),
            payments: HashMap::with_capacity(entries.len()),
            order: Vec::with_capacity(entries.len()),
            refusals: Vec::new(),
            parked: Vec::new(),
        };
        for ((offset, entry), payment) in entries.iter().enumerate().zip(payments) {
            let position = u32::try_from(from.saturating_add(offset)).unwrap_or(u32::MAX);
            match payment {
                Some(payment) => chunk.decide_entry(position, entry, payment),
                None => chunk.refusals.push(BatchRefusal {
                    position,
                    psp_transaction_id: entry.psp_transaction_id.clone(),
                    code: "unknown_payment".to_owned(),
                    detail: "this PSP has no such payment".to_owned(),
                }),
            }
        }
        Ok(chunk.into_write())
    }
}

/// What a step counts once it is durable.
struct Counted {
    applied: usize,
    waiting: usize,
    refusals: Vec<BatchRefusal>,
}

impl Counted {
    fn of(write: &BatchWrite, entries: usize) -> Self {
        let (waiting, refusals) = (write.parked.len(), write.refusals.clone());
        let applied = entries.saturating_sub(waiting).saturating_sub(refusals.len());
        Self { applied, waiting, refusals }
    }

    fn tell(&self) {
        measures::entries("applied", self.applied);
        measures::entries("waiting", self.waiting);
        for refusal in &self.refusals {
            measures::refused_entry(refusal.psp_transaction_id.as_str(), &refusal.code, &refusal.detail);
        }
    }
}

impl Chunk {
    fn decide_entry(&mut self, position: u32, entry: &BatchEntry, payment: Payment) {
        let id = payment.id;
        if !self.payments.contains_key(&id) {
            self.order.push(id);
            self.payments.insert(id, Touched { before: payment, transition: None });
        }
        let Some(touched) = self.payments.get_mut(&id) else { return };
        let current = touched.transition.as_ref().map_or(&touched.before, |transition| &transition.payment);
        let decided = match decide(current, Command::ApplyEntry(entry.entry.clone()), self.now) {
            Err(Refusal::EntryWaits) => {
                self.parked.push(ParkedEntry { payment: id, position, entry: entry.entry.clone() });
                decide(current, Command::ParkEntry, self.now)
            }
            decided => decided,
        };
        match decided {
            Ok(next) => touched.follow(next),
            Err(refusal) => self.refusals.push(refused(position, entry, &refusal)),
        }
    }

    /// The step's rows (its target and position are the caller's), and each touched payment as it was and will be.
    fn into_write(mut self) -> (BatchWrite, Vec<(Payment, Payment)>) {
        let mut payments = Vec::with_capacity(self.order.len());
        let mut touched = Vec::with_capacity(self.order.len());
        self.order.sort_unstable();
        for id in &self.order {
            let Some(Touched { before, transition: Some(transition) }) = self.payments.remove(id) else { continue };
            payments.push(PaymentWrite::new(&before, transition.clone()));
            touched.push((before, transition.payment));
        }
        let target = BatchTarget::Pending { id: BatchId::new(0), next: 0 };
        (BatchWrite { target, payments, refusals: self.refusals, parked: self.parked, next: 0 }, touched)
    }
}

impl Touched {
    fn follow(&mut self, next: Transition) {
        self.transition = Some(match self.transition.take() {
            Some(first) => first.then(next, &self.before),
            None => next,
        });
    }
}

fn refused(position: u32, entry: &BatchEntry, refusal: &Refusal) -> BatchRefusal {
    let code = if let Refusal::Entry(refusal) = refusal { refusal.code() } else { "refused" };
    BatchRefusal {
        position,
        psp_transaction_id: entry.psp_transaction_id.clone(),
        code: code.to_owned(),
        detail: refusal.to_string(),
    }
}
