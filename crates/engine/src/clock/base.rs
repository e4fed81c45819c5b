//! What business time follows: the machine's own clocks, or a test's hands; and a time that was known, from which it runs on by
//! the monotonic one. Nothing here knows of freezing or resets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lommebok_domain::Timestamp;

use super::ProcessTime;

/// What a running clock follows.
#[derive(Debug)]
pub(super) enum Base {
    Machine,
    Hands(Hands),
}

/// Both clocks of the machine, owned by a test.
#[derive(Clone, Debug, Default)]
pub struct Hands {
    /// The wall clock, in ms since 1970.
    pub wall: Arc<AtomicI64>,
    /// The monotonic clock, in ms since whenever.
    pub monotonic: Arc<AtomicI64>,
}

/// A time that was known, and the monotonic clock's then, in ms: from there time runs on when the wall clock is behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) at: Timestamp,
    pub(super) monotonic_ms: i64,
    /// Whether the log has it that time runs on from here.
    pub(super) is_told: bool,
}

impl Base {
    pub(super) fn wall(&self) -> Timestamp {
        match self {
            Self::Machine => ProcessTime.wall(),
            Self::Hands(hands) => Timestamp::from_millis(hands.wall.load(Ordering::SeqCst)),
        }
    }

    pub(super) fn monotonic_ms(&self) -> i64 {
        match self {
            Self::Machine => ProcessTime.monotonic_ms(),
            Self::Hands(hands) => hands.monotonic.load(Ordering::SeqCst),
        }
    }
}

impl Known {
    /// What time it is when the monotonic clock says so many ms.
    pub(super) fn after(self, monotonic_ms: i64) -> Timestamp {
        self.at.plus_millis(monotonic_ms.saturating_sub(self.monotonic_ms))
    }
}
