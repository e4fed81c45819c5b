//! What the store keeps of a business clock, so that it goes on after a restart where it stood. The store writes it; this
//! module only says what it is.

use lommebok_domain::Timestamp;

/// A business clock at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockRecord {
    /// Running or frozen.
    pub mode: RecordedMode,
    /// Milliseconds that a running clock is ahead of the wall clock (negative: behind). Means nothing while frozen.
    pub offset_ms: i64,
    /// The latest time that was told; a frozen clock stands at it.
    pub last: Timestamp,
}

/// The two ways in which a clock can stand or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordedMode {
    /// It goes with the wall clock.
    Running,
    /// It stands until it is set or resumed.
    Frozen,
}

impl RecordedMode {
    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Frozen => "frozen",
        }
    }

    /// The mode with this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Running, Self::Frozen].into_iter().find(|mode| mode.as_str() == word)
    }
}
