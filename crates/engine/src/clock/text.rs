//! Moments as texts, the same wherever somebody reads one.

use lommebok_domain::Timestamp;

/// A moment as RFC 3339 in UTC, with milliseconds.
pub fn time_text(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at.as_millis()) {
        Ok(at) => format!("{at:.3}"),
        Err(_) => at.as_millis().to_string(),
    }
}
