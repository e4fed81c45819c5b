//! The two clocks, and the only place that reads the machine's time.
//!
//! [`BusinessClock`] tells what time it is for payments, tokens and deadlines: real, frozen or advanced, and back by a reset
//! only.
//! [`ProcessTime`] is monotonic and cannot be set: socket limits, shutdown, the time of log lines.
//! A newcomer's mistake: to measure a payment's deadline with process time, or a socket's with business time. In a sandbox
//! with a frozen clock the first never comes and the second comes never.

mod base;
mod business;
mod duration;
mod gate;
mod process;

pub use base::Hands;
pub use business::{BusinessClock, ClockFault, ClockMode, Moment, RESETS_REMEMBERED};
pub use duration::duration_of;
pub(crate) use gate::Stopping;
pub use gate::TimeGate;
pub use lommebok_store::{ClockMode as RecordedMode, ClockRecord};
pub use process::ProcessTime;

use lommebok_domain::Timestamp;

/// A moment as RFC 3339 in UTC, with milliseconds.
pub fn time_text(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at.as_millis()) {
        Ok(at) => format!("{at:.3}"),
        Err(_) => at.as_millis().to_string(),
    }
}

/// A moment that was written so, or with another offset.
pub fn time_of(text: &str) -> Option<Timestamp> {
    text.parse().ok().map(|at: jiff::Timestamp| Timestamp::from_millis(at.as_millisecond()))
}

#[cfg(test)]
mod tests;
