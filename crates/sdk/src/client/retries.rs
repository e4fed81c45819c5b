//! When a call is repeated, as a value. Repeats carry the same idempotency key, so that the wallet does the thing once.
//!
//! Repeated is what may succeed the next time: no connection, no answer in time, a 5xx, a 429. Any other 4xx is an answer.

use std::time::Duration;

/// A rule for repeating calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    times: u32,
    pause: Pause,
    longest_retry_after: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pause {
    Fixed(Duration),
    Exponential { first: Duration, longest: Duration },
}

impl Retries {
    /// No call is repeated.
    pub const fn none() -> Self {
        Self::fixed(0, Duration::ZERO)
    }

    /// Up to `times` repeats, each after the same pause.
    pub const fn fixed(times: u32, pause: Duration) -> Self {
        Self { times, pause: Pause::Fixed(pause), longest_retry_after: Self::LONGEST_RETRY_AFTER }
    }

    /// Up to `times` repeats: the n-th after a random part, at least half, of `first`, 2 × `first`, 4 × `first`, and so
    /// on, never more than `longest`. The jitter keeps many clients from coming back at the same moment.
    pub const fn exponential(times: u32, first: Duration, longest: Duration) -> Self {
        Self { times, pause: Pause::Exponential { first, longest }, longest_retry_after: Self::LONGEST_RETRY_AFTER }
    }

    /// How long a `Retry-After` of the wallet is honoured; a longer one ends the call with what the wallet said.
    #[must_use]
    pub const fn longest_retry_after(mut self, longest: Duration) -> Self {
        self.longest_retry_after = longest;
        self
    }

    /// How long a `Retry-After` is honoured unless it is set: 30 s.
    pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(30);

    /// How long to wait before repeat number `repeat` (from 1); `None` when there is to be none. `random` is any `u64`, `retry_after` what the wallet asked for.
    pub(super) fn pause_before(&self, repeat: u32, random: u64, retry_after: Option<Duration>) -> Option<Duration> {
        if repeat > self.times || retry_after.is_some_and(|asked| asked > self.longest_retry_after) {
            return None;
        }
        let own = match self.pause {
            Pause::Fixed(pause) => pause,
            Pause::Exponential { first, longest } => {
                let doublings = repeat.saturating_sub(1).min(31);
                let full = first.saturating_mul(1_u32 << doublings).min(longest);
                between_half_and_full(full, random)
            }
        };
        Some(own.max(retry_after.unwrap_or_default()))
    }
}

impl Default for Retries {
    /// Two repeats, after about 200 and 400 ms.
    fn default() -> Self {
        Self::exponential(2, Duration::from_millis(200), Duration::from_secs(5))
    }
}

/// A part of `full` between its half and itself, by `random`.
fn between_half_and_full(full: Duration, random: u64) -> Duration {
    let half = full.checked_div(2).unwrap_or_default();
    let nanos = u64::try_from(half.as_nanos()).unwrap_or(u64::MAX);
    let part = random.checked_rem(nanos.saturating_add(1)).unwrap_or(0);
    half.saturating_add(Duration::from_nanos(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn none_never_repeats_and_fixed_repeats_so_often() {
        assert_eq!(Retries::none().pause_before(1, 0, None), None);
        let fixed = Retries::fixed(2, SECOND);
        assert_eq!([1, 2, 3].map(|repeat| fixed.pause_before(repeat, 7, None)), [Some(SECOND), Some(SECOND), None]);
    }

    #[test]
    fn exponential_pauses_double_up_to_the_longest_and_keep_half() {
        let retries = Retries::exponential(40, SECOND, 10 * SECOND);
        for (repeat, full) in [(1, 1_u32), (2, 2), (3, 4), (4, 8), (5, 10), (40, 10)] {
            for random in [0, 1, u64::MAX / 3, u64::MAX] {
                let pause = retries.pause_before(repeat, random, None).unwrap();
                assert!(pause >= SECOND * full / 2 && pause <= SECOND * full, "{repeat} {random} {pause:?}");
            }
        }
        assert_eq!(retries.pause_before(41, 0, None), None);
        assert_ne!(retries.pause_before(1, 1, None), retries.pause_before(1, 99_999, None));
    }

    #[test]
    fn a_retry_after_is_honoured_within_its_bound() {
        let retries = Retries::fixed(1, SECOND).longest_retry_after(20 * SECOND);
        assert_eq!(retries.pause_before(1, 0, Some(20 * SECOND)), Some(20 * SECOND));
        assert_eq!(retries.pause_before(1, 0, Some(Duration::ZERO)), Some(SECOND));
        assert_eq!(retries.pause_before(1, 0, Some(21 * SECOND)), None);
    }
}
