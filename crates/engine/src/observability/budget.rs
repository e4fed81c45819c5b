//! So many a second, and no more: lines of the log, exchanges that are kept. The seconds are the caller's.

use std::sync::atomic::{AtomicU64, Ordering};

/// How much of something there may be in each second, and how much was asked for.
pub(crate) struct Budget {
    most_per_s: u32,
    /// The second in the upper half, how many were asked for in it in the lower.
    asked: AtomicU64,
}

/// What a budget gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Place,
    /// A place, the first of its second; so many were left out in the one before that had any.
    PlaceAfter {
        left_out: u64,
    },
    None,
}

impl Budget {
    pub(crate) const fn new(most_per_s: u32) -> Self {
        Self { most_per_s, asked: AtomicU64::new(0) }
    }

    /// Asks for one.
    pub(crate) fn take(&self, second: u64) -> Taken {
        let now = u64::from(u32::try_from(second).unwrap_or(u32::MAX)) << 32;
        let limit = u64::from(self.most_per_s);
        let next = |asked: u64| {
            let same = asked & !u64::from(u32::MAX) == now;
            let count = if same { (asked & u64::from(u32::MAX)).saturating_add(1) } else { 1 };
            Some(now | count.min(u64::from(u32::MAX)))
        };
        let before = self.asked.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).unwrap_or_default();
        let asked = before & u64::from(u32::MAX);
        if before & !u64::from(u32::MAX) == now {
            return if asked < limit { Taken::Place } else { Taken::None };
        }
        match asked.saturating_sub(limit) {
            0 => Taken::Place,
            left_out => Taken::PlaceAfter { left_out },
        }
    }

    /// Whether there is place for one more.
    pub(crate) fn has_place(&self, second: u64) -> bool {
        self.take(second) != Taken::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_gives_so_many_a_second_and_counts_the_others() {
        let budget = Budget::new(2);
        let take = |second| budget.take(second);
        assert_eq!([take(0), take(0), take(0), take(0)], [Taken::Place, Taken::Place, Taken::None, Taken::None]);
        assert_eq!(take(1), Taken::PlaceAfter { left_out: 2 });
        assert_eq!([take(1), take(1), take(7)], [Taken::Place, Taken::None, Taken::PlaceAfter { left_out: 1 }]);
        assert_eq!(take(9), Taken::Place);
    }
}
