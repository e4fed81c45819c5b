//! What a step of a batch makes of its payments: entry by entry, decided on the payments as they are stored.

use std::collections::HashMap;
use std::ops::Range;

use lommebok_domain::{Command, EntryRefusal, Payment, PaymentId, PspId, Refusal, RefusalCode, Transition, decide};
use lommebok_store::{BatchEntry, BatchRefusal, BatchTarget, BatchWrite, ParkedEntry, PaymentWrite};

use crate::after_commit::Changed;
use crate::clock::Moment;
use crate::fault::Fault;
use crate::observability::names::{DISAGREEMENTS, ENTRIES};
use crate::payments::Payments;

/// A step that is decided, and not committed yet.
pub(super) struct DecidedStep {
    payments: Vec<PaymentWrite>,
    refusals: Vec<BatchRefusal>,
    parked: Vec<ParkedEntry>,
    /// The payments that change, in the order of their numbers.
    pub(super) touched: Vec<Changed>,
    /// The payments on whose state it rests, also where it refuses.
    looked_at: Vec<PaymentId>,
    /// The positions that it is about.
    pub(super) from: usize,
    pub(super) to: usize,
    /// In which epoch of the clock it was decided.
    pub(super) epoch: i64,
}

/// What a step makes of its payments.
struct Chunk {
    now: Moment,
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

/// Decides the entries from position `from` to `to`.
pub(super) async fn decide_step(
    payments: &Payments,
    psp: PspId,
    entries: &[BatchEntry],
    range: Range<usize>,
) -> Result<DecidedStep, Fault> {
    let Range { start: from, end: to } = range;
    let entries = entries.get(from..to).unwrap_or_default();
    let ids: Vec<_> = entries.iter().map(|entry| &entry.psp_transaction_id).collect();
    let stored = payments.all_of_psp(psp, &ids).await?;
    let mut chunk = Chunk {
        now: payments.clock.moment(),
        payments: HashMap::with_capacity(entries.len()),
        order: Vec::with_capacity(entries.len()),
        refusals: Vec::new(),
        parked: Vec::new(),
    };
    for ((offset, entry), payment) in entries.iter().enumerate().zip(stored) {
        let position = u32::try_from(from.saturating_add(offset)).unwrap_or(u32::MAX);
        match payment {
            Some(payment) => chunk.decide_entry(position, entry, payment),
            None => chunk.refusals.push(refused(position, entry, &EntryRefusal::UnknownPayment.into())),
        }
    }
    Ok(chunk.into_decided(from, to))
}

impl DecidedStep {
    /// Whether it rests on a payment that is `touched` (in the order of their numbers), and so has to be decided afterwards.
    pub(super) fn rests_on(&self, touched: &[PaymentId]) -> bool {
        self.looked_at.iter().any(|id| touched.binary_search(id).is_ok())
    }

    /// The position behind it.
    pub(super) fn next(&self) -> u32 {
        u32::try_from(self.to).unwrap_or(u32::MAX)
    }

    /// The step as it is stored.
    pub(super) fn into_write(self, target: BatchTarget) -> BatchWrite {
        let next = self.next();
        BatchWrite { target, payments: self.payments, refusals: self.refusals, parked: self.parked, next }
    }

    /// What is counted once it is durable.
    pub(super) fn counted(&self) -> Counted {
        let (waiting, refusals) = (self.parked.len(), self.refusals.clone());
        let entries = self.to.saturating_sub(self.from);
        let applied = entries.saturating_sub(waiting).saturating_sub(refusals.len());
        Counted { applied, waiting, refusals }
    }
}

/// What a step counts once it is durable.
pub(super) struct Counted {
    applied: usize,
    pub(super) waiting: usize,
    pub(super) refusals: Vec<BatchRefusal>,
}

impl Counted {
    pub(super) fn count(&self) {
        entries("applied", self.applied);
        entries("waiting", self.waiting);
        for refusal in &self.refusals {
            refused_entry(refusal.psp_transaction_id.as_str(), refusal.code, &refusal.detail);
        }
    }
}

/// Entries were processed durably: `applied`, `waiting` or `refused`.
pub(super) fn entries(result: &'static str, count: usize) {
    ::metrics::counter!(ENTRIES, "result" => result).increment(u64::try_from(count).unwrap_or(u64::MAX));
}

/// An entry was refused durably; when two systems disagree, that is an alarm.
pub(super) fn refused_entry(psp_transaction_id: &str, code: RefusalCode, detail: &str) {
    entries("refused", 1);
    if code == RefusalCode::Disagreement {
        ::metrics::counter!(DISAGREEMENTS).increment(1);
        tracing::error!(psp_transaction_id, detail, "two systems disagree about a payment");
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
        let decided = match decide(current, Command::ApplyEntry(entry.entry.clone()), self.now.at) {
            Err(Refusal::EntryWaits) => {
                let parked = decide(current, Command::ParkEntry { amount: entry.entry.amount }, self.now.at);
                if parked.is_ok() {
                    self.parked.push(ParkedEntry { payment: id, position, entry: entry.entry.clone() });
                }
                parked
            }
            decided => decided,
        };
        match decided {
            Ok(next) => touched.follow(next),
            // Applied, and nothing to be stored: enough entries like it are in the log.
            Err(Refusal::AlreadySo) => {}
            Err(refusal) => self.refusals.push(refused(position, entry, &refusal)),
        }
    }

    fn into_decided(mut self, from: usize, to: usize) -> DecidedStep {
        let mut payments = Vec::with_capacity(self.order.len());
        let mut touched = Vec::with_capacity(self.order.len());
        self.order.sort_unstable();
        for id in &self.order {
            let Some(Touched { before, transition: Some(transition) }) = self.payments.remove(id) else { continue };
            let after = transition.payment.clone();
            payments.push(PaymentWrite::new(&before, transition));
            touched.push(Changed { before, after });
        }
        let (refusals, parked) = (self.refusals, self.parked);
        DecidedStep { payments, refusals, parked, touched, looked_at: self.order, from, to, epoch: self.now.epoch }
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
    let code = if let Refusal::Entry(refusal) = refusal { refusal.code() } else { RefusalCode::Other };
    BatchRefusal { position, psp_transaction_id: entry.psp_transaction_id.clone(), code, detail: refusal.to_string() }
}
