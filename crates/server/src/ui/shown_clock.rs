//! How the wallet's clock goes, for the pages that show it (`wallet-clock.js`). Only what stays the same while nobody touches
//! the clock is told, so that a page that did not change reads alike.

use lommebok_engine::clock::time_text;
use lommebok_engine::clock::{BusinessClock, ClockMode};

/// How the wallet's clock goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShownClock {
    /// As the machine's.
    Machine,
    /// So many milliseconds ahead of the machine's (negative: behind).
    Ahead(i64),
    /// It stands; RFC 3339 in UTC.
    Stands(String),
}

impl ShownClock {
    /// How this clock goes.
    pub(crate) fn of(clock: &BusinessClock) -> Self {
        match clock.mode() {
            ClockMode::Running { offset_ms: 0 } => Self::Machine,
            ClockMode::Running { offset_ms } => Self::Ahead(offset_ms),
            ClockMode::Frozen { at } => Self::Stands(time_text(at)),
        }
    }
}
