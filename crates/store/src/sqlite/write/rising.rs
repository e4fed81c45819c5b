//! How far the database has come, followed by the writer: what the open transaction adds counts only when it is durable.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lommebok_domain::PaymentId;

use super::evidence::Evidence;
use crate::batch::BatchId;
use crate::watermark::{LastChange, Watermark};

/// The watermark as the writer publishes it: after each commit, so that whoever reads it reads only what is durable.
#[derive(Clone, Debug)]
pub(crate) struct Published(Arc<Mutex<Watermark>>);

impl Published {
    pub(in crate::sqlite) fn new(watermark: Watermark) -> Self {
        Self(Arc::new(Mutex::new(watermark)))
    }

    pub(crate) fn read(&self) -> Watermark {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Watermark> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the writer does with it. What the open transaction adds stands in `next` until it is durable.
#[derive(Debug)]
pub(super) struct Rising {
    published: Published,
    next: Watermark,
}

impl Rising {
    pub(super) fn from(published: Published) -> Self {
        Self { next: published.read(), published }
    }

    /// A change is written. Only rows that stay count: a number comes from the row that has it, for those of a transaction
    /// that is rolled back were never given.
    pub(super) fn written(&mut self, change_id: u128, evidence: Evidence) {
        let next = &mut self.next;
        let mut changed = |payment, version| {
            let payment = PaymentId::new(payment);
            next.last_change = Some(LastChange { payment, version, change_id });
        };
        match evidence {
            Evidence::Initiation(id) => {
                changed(id, 1);
                next.payment = next.payment.max(PaymentId::new(id));
            }
            Evidence::Event { payment, version } => changed(payment, version),
            Evidence::Batch(id) => next.batch = next.batch.max(BatchId::new(id)),
            Evidence::Rare(_) => {}
        }
    }

    /// Numbers up to these are not to be given.
    pub(super) fn skipped(&mut self, payment: PaymentId, batch: BatchId, msn: i64) {
        (self.next.payment, self.next.batch) = (self.next.payment.max(payment), self.next.batch.max(batch));
        self.issued(msn);
    }

    /// This serial number is a merchant's.
    pub(super) fn issued(&mut self, msn: i64) {
        self.next.msn = self.next.msn.max(msn);
    }

    /// The transaction is durable: with `synchronous=FULL` COMMIT has returned after the log's sync.
    pub(super) fn committed(&self) {
        *self.published.lock() = self.next;
    }

    pub(super) fn rolled_back(&mut self) {
        self.next = self.published.read();
    }
}
