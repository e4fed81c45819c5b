//! Which ranges of payments have changed, for a search that keeps what it has read. Until one asks, nothing is noted.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use lommebok_domain::PaymentId;

/// Payments of one range, by their numbers. The tests of a search want many ranges, and few payments.
pub(crate) const PAYMENTS_PER_RANGE: i64 = if cfg!(test) { 16 } else { 4_096 };

/// The ranges with a payment that has changed since they were last asked for.
#[derive(Debug, Default)]
pub(crate) struct ChangedRanges {
    is_wanted: AtomicBool,
    ranges: Mutex<BTreeSet<i64>>,
}

/// The range of a payment.
pub(crate) fn range_of(id: PaymentId) -> i64 {
    id.get().div_euclid(PAYMENTS_PER_RANGE)
}

impl ChangedRanges {
    /// A payment has changed; that is durable.
    pub(super) fn note(&self, id: PaymentId) {
        if self.is_wanted.load(Ordering::SeqCst) {
            self.ranges.lock().unwrap_or_else(PoisonError::into_inner).insert(range_of(id));
        }
    }

    /// Those since the last call, and from now on all. What is read afterwards shows their changes.
    pub(crate) fn take(&self) -> BTreeSet<i64> {
        self.is_wanted.store(true, Ordering::SeqCst);
        std::mem::take(&mut self.ranges.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_noted_once_it_is_wanted() {
        let ranges = ChangedRanges::default();
        ranges.note(PaymentId::new(1));
        assert!(ranges.take().is_empty());
        for id in [1, 2, 15, 16] {
            ranges.note(PaymentId::new(id));
        }
        assert_eq!(ranges.take(), BTreeSet::from([0, 1]));
        assert!(ranges.take().is_empty());
    }
}
