//! Records in a map: gone with the process. For tests, trials, and PSPs that accept that a crash leaves them to their
//! reconciliation.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Memory, Remembered, Saved, Version};
use crate::PspTransactionId;
use crate::receiver::{BoxError, Record};

/// How many payments are remembered unless another number is given.
const PAYMENTS_KEPT: usize = 100_000;

/// Remembers the newest payments of this process.
#[derive(Debug)]
pub struct InMemory {
    kept: Mutex<Kept>,
    payments_kept: usize,
}

#[derive(Debug, Default)]
struct Kept {
    records: HashMap<PspTransactionId, (Record, Version)>,
    oldest_first: VecDeque<PspTransactionId>,
}

impl InMemory {
    /// Remembers the newest 100,000 payments.
    pub fn new() -> Self {
        Self::of_the_newest(PAYMENTS_KEPT)
    }

    /// Remembers the newest `payments`; what is not settled is remembered in any case.
    pub fn of_the_newest(payments: usize) -> Self {
        Self { kept: Mutex::default(), payments_kept: payments }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn saved(&self, id: &PspTransactionId, record: &Record, replaces: Option<Version>) -> Saved {
        let mut kept = self.kept();
        let version = kept.records.get(id).map(|(_, version)| *version);
        if version != replaces {
            return Saved::Conflict;
        }
        let next = version.unwrap_or(0).saturating_add(1);
        kept.records.insert(id.clone(), (record.clone(), next));
        if version.is_none() {
            kept.oldest_first.push_back(id.clone());
            kept.forget_down_to(self.payments_kept);
        }
        Saved::As(next)
    }
}

impl Kept {
    /// Forgets the oldest settled payments; looks at each of the surplus once.
    fn forget_down_to(&mut self, payments: usize) {
        for _ in 0..self.oldest_first.len().saturating_sub(payments) {
            let Some(oldest) = self.oldest_first.pop_front() else { return };
            if self.records.get(&oldest).is_some_and(|(record, _)| record.is_unsettled()) {
                self.oldest_first.push_back(oldest);
            } else {
                self.records.remove(&oldest);
            }
        }
    }
}

impl Default for InMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory for InMemory {
    async fn load(&self, id: &PspTransactionId) -> Result<Option<Remembered>, BoxError> {
        let found = self.kept().records.get(id).cloned();
        Ok(found.map(|(record, version)| Remembered { record, version, age: Duration::ZERO }))
    }

    async fn save(&self, id: &PspTransactionId, record: &Record, replaces: Option<Version>) -> Result<Saved, BoxError> {
        Ok(self.saved(id, record, replaces))
    }

    async fn unsettled(&self) -> Result<Vec<PspTransactionId>, BoxError> {
        let kept = self.kept();
        let unsettled = kept.records.iter().filter(|(_, (record, _))| record.is_unsettled());
        Ok(unsettled.map(|(id, _)| id.clone()).collect())
    }

    fn is_shared(&self) -> bool {
        false
    }
}
