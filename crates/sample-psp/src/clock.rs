//! Business time as the sample PSP knows it: one of the SDK's clocks, so that `lommebok dev` lends it the wallet's and a test
//! its own.
//!
//! Whatever the rules of a payment speak of goes by it: the budget, the 30 s before a check, retries, a card's expiry.
//! A newcomer's mistake: to ask the wall clock; it is banned by lint, because no test could own it.

use std::sync::Arc;
use std::time::Duration;

use lommebok_sdk::{BoxFuture, Clock};
use serde::{Deserialize, Serialize};

/// A moment of business time, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// So many milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// So many milliseconds later.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// As the wire writes it: RFC 3339, UTC.
    pub fn to_rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
    }

    /// The moment that was written so; 1970 if it is none.
    pub fn from_rfc3339(text: &str) -> Self {
        let read = text.parse::<jiff::Timestamp>();
        Self(read.map_or(0, jiff::Timestamp::as_millisecond))
    }

    /// The year and month in Oslo, which decide whether a card has expired.
    pub fn year_and_month(self) -> (i16, i8) {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let zoned = moment.to_zoned(jiff::tz::TimeZone::get("Europe/Oslo").unwrap_or(jiff::tz::TimeZone::UTC));
        (zoned.year(), zoned.month())
    }
}

/// Tells business time and waits for it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct BusinessClock {
    told: Arc<dyn Clock>,
    measures: Arc<dyn Clock>,
}

impl BusinessClock {
    /// Business time by a clock that counts from 1970-01-01T00:00:00Z.
    pub fn since_1970(clock: impl Clock) -> Self {
        let told: Arc<dyn Clock> = Arc::new(clock);
        Self { measures: Arc::clone(&told), told }
    }

    /// The same, with another clock for the SDK's receiver, which only measures and can't be set back.
    #[must_use]
    pub fn measured_by(self, steady: impl Clock) -> Self {
        Self { measures: Arc::new(steady), ..self }
    }

    /// What time it is. Goes back only when the wallet's business time is reset; the ledger then moves what is due.
    pub fn now(&self) -> Timestamp {
        Timestamp(i64::try_from(self.told.now().as_millis()).unwrap_or(i64::MAX))
    }

    /// Returns when it is `at` or later.
    pub fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        self.told.sleep_until(Duration::from_millis(u64::try_from(at.0).unwrap_or(0)))
    }

    /// The clock of the SDK's receiver: its budget is business time.
    pub(crate) fn of_the_receiver(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.measures)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn a_month_begins_when_it_begins_in_oslo() {
        // 2026-05-31T22:30:00Z is half past midnight of the first of June in Oslo.
        assert_eq!(Timestamp::from_millis(1_780_266_600_000).year_and_month(), (2026, 6));
        assert_eq!(Timestamp::from_millis(1_777_888_800_000).to_rfc3339(), "2026-05-04T10:00:00Z");
    }
}
