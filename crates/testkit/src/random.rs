//! [`Random`]: choices that a test can make again, because it printed their seed. Not for secrets.

use std::sync::{Mutex, PoisonError};

/// SplitMix64: every seed gives its own sequence. Shared by reference between tasks.
#[derive(Debug)]
pub struct Random(Mutex<u64>);

impl Random {
    /// The sequence of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }

    /// A number below `limit`; 0 when there is none.
    pub fn below(&self, limit: u64) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)).checked_rem(limit).unwrap_or(0)
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&self, from: u64, to: u64) -> u64 {
        from.saturating_add(self.below(to.saturating_sub(from).saturating_add(1)))
    }

    /// True so many times out of a hundred.
    pub fn percent(&self, chances: u64) -> bool {
        self.below(100) < chances
    }
}
