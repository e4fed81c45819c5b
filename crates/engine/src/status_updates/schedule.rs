//! When accepted updatestatus entries are applied: at once, at a time of day in Europe/Oslo, or by a command.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};
use lommebok_domain::Timestamp;
use lommebok_store::Batch;

/// The time zone of the nightly batch.
const ZONE: &str = "Europe/Oslo";

/// When accepted entries are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchMode {
    /// Before the 200 leaves.
    Immediate,
    /// At this time of day in Europe/Oslo.
    Daily(Time),
    /// When the operator runs the batch.
    OnDemand,
}

impl BatchMode {
    /// When a request that is accepted at `now` is applied; `None` when a command applies it.
    pub fn apply_at(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Immediate => Some(now),
            Self::Daily(time) => Some(next_occurrence(time, now)),
            Self::OnDemand => None,
        }
    }
}

impl BatchMode {
    /// When a request that waits is applied: it keeps its distance when business time is reset.
    pub(super) fn due_at(self, batch: &Batch) -> Option<Timestamp> {
        self.apply_at(batch.accepted_at).map(|at| at.plus_millis(batch.moved_ms))
    }
}

/// The first moment after `now` at which clocks in Oslo show `time` (or, in the hour that spring skips, what follows).
fn next_occurrence(time: Time, now: Timestamp) -> Timestamp {
    let in_a_day = now.plus_millis(24 * 3_600_000);
    let Ok(zone) = TimeZone::get(ZONE) else { return in_a_day };
    let Ok(instant) = jiff::Timestamp::from_millisecond(now.as_millis()) else { return in_a_day };
    let here = instant.to_zoned(zone);
    let at = |day: &Zoned| day.date().to_datetime(time).to_zoned(here.time_zone().clone());
    let candidates = [at(&here), here.checked_add(1.day()).and_then(|tomorrow| at(&tomorrow))];
    let next = candidates.into_iter().flatten().map(|zoned| zoned.timestamp()).find(|moment| *moment > instant);
    next.map_or(in_a_day, |moment| Timestamp::from_millis(moment.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().expect("a moment").as_millisecond())
    }

    #[test]
    fn the_next_night_is_found_in_winter_in_summer_and_when_the_clock_changes() {
        let two = Time::constant(2, 30, 0, 0);
        for (now, next) in [
            ("2026-01-10T00:00:00Z", "2026-01-10T01:30:00Z"),
            ("2026-01-10T01:30:00Z", "2026-01-11T01:30:00Z"),
            ("2026-07-10T00:00:00Z", "2026-07-10T00:30:00Z"),
            ("2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z"),
            ("2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"),
        ] {
            assert_eq!(BatchMode::Daily(two).apply_at(millis(now)), Some(millis(next)), "after {now}");
        }
    }
}
