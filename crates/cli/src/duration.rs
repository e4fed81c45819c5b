//! Durations as people read them: `3d4h`, `12m30s`, `45s`.

use std::time::Duration;

pub(crate) use lommebok_engine::clock::duration_of as parse;

/// The units of [`in_words`], in s.
const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// `duration` in its two largest units, rounded, as people write it: `3d4h`, `12m30s`, `45s`.
pub(crate) fn in_words(duration: Duration) -> String {
    let mut rest_s = duration.saturating_add(Duration::from_millis(500)).as_secs();
    let smallest = largest(rest_s).saturating_add(1);
    if let Some((_, unit_s)) = UNITS.get(smallest) {
        rest_s = rest_s.saturating_add(unit_s >> 1);
        rest_s = rest_s.saturating_sub(rest_s.checked_rem(*unit_s).unwrap_or(0));
    }
    let mut words = String::new();
    for (unit, unit_s) in UNITS.iter().skip(largest(rest_s)).take(2) {
        let count = rest_s.checked_div(*unit_s).unwrap_or(0);
        rest_s = rest_s.checked_rem(*unit_s).unwrap_or(0);
        if count > 0 || words.is_empty() {
            words = format!("{words}{count}{unit}");
        }
    }
    words
}

/// The index of the largest unit that fits.
fn largest(seconds: u64) -> usize {
    UNITS.iter().position(|(_, unit_s)| seconds >= *unit_s).unwrap_or(UNITS.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_told_in_its_two_largest_units() {
        for (millis, expected) in [
            (0, "0s"),
            (58_999, "59s"),
            (60_000, "1m"),
            (3_599_000, "59m59s"),
            (3_605_000, "1h"),
            (86_399_000, "1d"),
            (90_061_000, "1d1h"),
            // A few ms are lost on the way.
            (183_599_990, "2d3h"),
        ] {
            assert_eq!(in_words(Duration::from_millis(millis)), expected);
        }
    }
}
