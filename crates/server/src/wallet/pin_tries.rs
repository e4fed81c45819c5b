//! Wrong PINs by phone number, users' and nobody's alike: five within a minute lock the number for a minute.
//!
//! In memory and not in the users' rows, because whoever can't tell the two apart by an answer could by its time (a row costs
//! a sync) or by what survives a restart. A newcomer's mistake: to look whether there is a user before the try is judged.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lommebok_domain::{PhoneNumber, Timestamp};

use super::Fault;

/// Wrong PINs in a row before a number is locked.
const MAX_WRONG_PINS: u8 = 5;
/// How long a number is locked then, and after how long without a wrong PIN the count is forgotten, in ms.
const REMEMBERED_MS: i64 = 60_000;
/// Wrong PINs that are remembered at most; beyond that the oldest are forgotten. Nobody sends as many within a minute, and
/// who did would only get a few more guesses.
const MAX_REMEMBERED: usize = 1_000_000;

/// The wrong PINs of the last minute.
pub(crate) struct PinTries {
    most: usize,
    remembered: Mutex<Remembered>,
}

#[derive(Default)]
struct Remembered {
    by_number: HashMap<u32, Tries>,
    /// When what was noted is forgotten, oldest first. Time never goes back but by a reset, which forgets what was later, so
    /// it is in order.
    ends: VecDeque<(Timestamp, u32)>,
}

#[derive(Clone, Copy)]
struct Tries {
    wrong: u8,
    until: Timestamp,
}

impl Default for PinTries {
    fn default() -> Self {
        Self { most: MAX_REMEMBERED, remembered: Mutex::default() }
    }
}

/// Whose numbers were tried is nobody's business.
impl std::fmt::Debug for PinTries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PinTries").field("most", &self.most).finish_non_exhaustive()
    }
}

impl PinTries {
    /// Judges one try at `now`: refused unseen when the number is locked, counted when it is wrong. One step, so that of
    /// parallel guesses each counts.
    pub(crate) fn judge(&self, number: &PhoneNumber, right: bool, now: Timestamp) -> Result<(), Fault> {
        let Ok(key) = number.as_str().parse() else { return Err(Fault::WrongPin) };
        let mut remembered = self.remembered();
        remembered.forget(now, self.most);
        let wrong = remembered.by_number.get(&key).map_or(0, |tries| tries.wrong);
        if wrong >= MAX_WRONG_PINS {
            let left_ms = remembered.by_number.get(&key).map_or(0, |tries| tries.until.millis_since(now));
            return Err(Fault::PinLocked {
                retry_after_s: left_ms.saturating_add(999).checked_div(1_000).unwrap_or(1),
            });
        }
        if right {
            remembered.by_number.remove(&key);
            return Ok(());
        }
        let until = now.plus_millis(REMEMBERED_MS);
        remembered.by_number.insert(key, Tries { wrong: wrong.saturating_add(1), until });
        remembered.ends.push_back((until, key));
        Err(Fault::WrongPin)
    }

    /// Business time was set to `to`: what was noted later than that is forgotten.
    pub(crate) fn forget_after(&self, to: Timestamp) {
        let mut remembered = self.remembered();
        let later = to.plus_millis(REMEMBERED_MS);
        remembered.by_number.retain(|_, tries| tries.until <= later);
        remembered.ends.retain(|(until, _)| *until <= later);
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remembered {
    /// Forgets what ended, and the oldest where there is too much.
    fn forget(&mut self, now: Timestamp, most: usize) {
        while let Some((until, number)) = self.ends.front().copied() {
            if until > now && self.ends.len() < most {
                return;
            }
            self.ends.pop_front();
            // A later try has prolonged it, or a right one has ended it.
            if self.by_number.get(&number).is_some_and(|tries| tries.until <= until) {
                self.by_number.remove(&number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn number(digits: usize) -> PhoneNumber {
        PhoneNumber::new(&format!("{digits:08}")).expect("eight digits")
    }

    #[test]
    fn a_flood_of_numbers_is_remembered_up_to_the_limit_and_forgotten_after_a_minute() {
        let tries = PinTries { most: 100, ..PinTries::default() };
        for digits in 0..110 {
            tries.judge(&number(digits), false, NOW).unwrap_err();
        }
        let sizes = |tries: &PinTries| {
            let remembered = tries.remembered();
            (remembered.by_number.len(), remembered.ends.len())
        };
        assert_eq!(sizes(&tries), (100, 100));
        tries.judge(&number(1), true, NOW.plus_millis(REMEMBERED_MS)).unwrap();
        assert_eq!(sizes(&tries), (0, 0));
    }

    #[test]
    fn what_was_noted_after_the_moment_of_a_reset_is_forgotten_and_the_rest_is_not() {
        let tries = PinTries::default();
        for _ in 0..5 {
            tries.judge(&number(1), false, NOW).unwrap_err();
        }
        for _ in 0..5 {
            tries.judge(&number(2), false, NOW.plus_millis(1)).unwrap_err();
        }
        tries.forget_after(NOW);
        assert!(matches!(tries.judge(&number(1), true, NOW), Err(Fault::PinLocked { .. })));
        tries.judge(&number(2), true, NOW).unwrap();
    }

    #[test]
    fn a_locked_number_is_not_locked_for_longer_by_trying_on() {
        let tries = PinTries::default();
        let wait = |at: Timestamp| match tries.judge(&number(7), false, at) {
            Err(Fault::PinLocked { retry_after_s }) => retry_after_s,
            _ => 0,
        };
        for _ in 0..5 {
            assert_eq!(wait(NOW), 0);
        }
        assert_eq!(wait(NOW), 60);
        assert_eq!(wait(NOW.plus_millis(1)), 60);
        assert_eq!(wait(NOW.plus_millis(59_001)), 1);
        assert_eq!(wait(NOW.plus_millis(59_999)), 1);
        assert_eq!(wait(NOW.plus_millis(60_000)), 0);
    }
}
