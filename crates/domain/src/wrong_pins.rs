//! Wrong PINs of one phone number: how many may be tried, and how long one then waits (ADR 0006).
//!
//! Not here: who a source is and where counts are kept. The same rules hold for numbers without a user. A newcomer's mistake:
//! to prolong a lock by tries during it, which would let a stranger lock a user out for good.

use lommebok_values::Timestamp;

/// Wrong PINs of one source before it waits.
const MAX_OF_A_SOURCE: u32 = 5;
/// Wrong PINs of all unknown addresses together within [`REMEMBERED_MS`].
const MAX_OF_ALL_ADDRESSES: u32 = 50;
/// The first wait, in ms; each further wrong PIN doubles it.
const FIRST_WAIT_MS: i64 = 60_000;
/// The longest wait, in ms.
const LONGEST_WAIT_MS: i64 = 3_600_000;
/// How long wrong PINs are remembered, in ms: 24 h.
pub const REMEMBERED_MS: i64 = 24 * 3_600_000;

/// Which tries are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinCount {
    /// Those of one browser or one address: five, then waits of 1, 2, 4 … 60 min. Forgotten 24 h after the last wrong PIN.
    Source,
    /// Those of all unknown addresses: fifty in the 24 h that begin with the first wrong PIN, then none until their end.
    AllAddresses,
}

/// Wrong PINs that were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongPins {
    pub count: u32,
    /// When their 24 h began: of a source with the last one, of all addresses with the first.
    pub since: Timestamp,
}

impl PinCount {
    /// Until when no PIN is looked at; `None` when one may be tried at `now`.
    pub fn locked_until(self, wrong: Option<WrongPins>, now: Timestamp) -> Option<Timestamp> {
        let wrong = wrong.filter(|wrong| wrong.is_remembered(now))?;
        let until = match self {
            Self::Source => {
                let doubled = wrong.count.checked_sub(MAX_OF_A_SOURCE)?;
                let wait = 1_i64.checked_shl(doubled.min(16)).unwrap_or(i64::MAX).saturating_mul(FIRST_WAIT_MS);
                wrong.since.plus_millis(wait.min(LONGEST_WAIT_MS))
            }
            Self::AllAddresses if wrong.count >= MAX_OF_ALL_ADDRESSES => wrong.since.plus_millis(REMEMBERED_MS),
            Self::AllAddresses => return None,
        };
        (until > now).then_some(until)
    }

    /// The count with one more wrong PIN, tried at `now`.
    #[must_use]
    pub fn with_another(self, before: Option<WrongPins>, now: Timestamp) -> WrongPins {
        match before.filter(|before| before.is_remembered(now)) {
            None => WrongPins { count: 1, since: now },
            Some(before) => {
                let since = match self {
                    Self::Source => now,
                    Self::AllAddresses => before.since,
                };
                WrongPins { count: before.count.saturating_add(1), since }
            }
        }
    }
}

impl WrongPins {
    fn is_remembered(self, now: Timestamp) -> bool {
        self.since.plus_millis(REMEMBERED_MS) > now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const MINUTE_MS: i64 = 60_000;

    /// Tries a wrong PIN at each end of a lock, and gives the waits in minutes.
    fn waits(of: PinCount, tries: usize) -> Vec<i64> {
        let (mut wrong, mut now) = (None, NOW);
        let one = |_| {
            wrong = Some(of.with_another(wrong, now));
            let until = of.locked_until(wrong, now);
            let wait_ms = until.map_or(0, |until| until.millis_since(now));
            now = now.plus_millis(wait_ms);
            assert_eq!(of.locked_until(wrong, now), None, "it ends at its end");
            wait_ms / MINUTE_MS
        };
        (0..tries).map(one).collect()
    }

    #[test]
    fn the_fifth_wrong_pin_waits_a_minute_and_each_further_one_twice_as_long_up_to_an_hour() {
        assert_eq!(waits(PinCount::Source, 13), [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        let many = WrongPins { count: u32::MAX, since: NOW };
        assert_eq!(PinCount::Source.locked_until(Some(many), NOW), Some(NOW.plus_millis(60 * MINUTE_MS)));
        assert_eq!(PinCount::Source.with_another(Some(many), NOW), many);
    }

    #[test]
    fn a_sources_count_is_forgotten_a_day_after_its_last_wrong_pin() {
        let nine = WrongPins { count: 9, since: NOW };
        let day = NOW.plus_millis(REMEMBERED_MS);
        let last = day.plus_millis(-1);
        assert_eq!(PinCount::Source.with_another(Some(nine), last), WrongPins { count: 10, since: last });
        assert_eq!(PinCount::Source.with_another(Some(nine), day), WrongPins { count: 1, since: day });
    }

    #[test]
    fn fifty_wrong_pins_of_all_addresses_wait_until_the_end_of_the_day_that_the_first_began() {
        let (all, noon) = (PinCount::AllAddresses, NOW.plus_millis(REMEMBERED_MS / 2));
        let many = |count| Some(WrongPins { count, since: NOW });
        assert_eq!(all.with_another(many(49), noon), WrongPins { count: 50, since: NOW });
        assert_eq!(all.locked_until(many(49), noon), None);
        let end = NOW.plus_millis(REMEMBERED_MS);
        assert_eq!(all.locked_until(many(50), noon), Some(end));
        assert_eq!(all.locked_until(many(50), end), None);
        assert_eq!(all.with_another(many(50), end), WrongPins { count: 1, since: end });
    }
}
