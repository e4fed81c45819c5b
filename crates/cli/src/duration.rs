//! Durations as people write them: `299999ms`, `15s`, `1h30m`.

use std::time::Duration;

/// The duration that `text` says.
///
/// # Errors
/// In words, when it is none or does not fit.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let no_duration = || format!("{text:?} is not a duration; write 299999ms, 15s, 5m, 1h30m or 2d");
    let mut total_ms = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|character: char| character.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let factor = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(no_duration()),
        };
        let number: u64 = number.parse().map_err(|_| no_duration())?;
        let sum = number.checked_mul(factor).and_then(|part| total_ms.checked_add(part));
        total_ms = sum.ok_or_else(|| format!("{text} is too long"))?;
        rest = tail;
    }
    if text.is_empty() { Err("a duration is missing".to_owned()) } else { Ok(Duration::from_millis(total_ms)) }
}

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
    fn durations_are_read_in_every_unit_and_refused_in_words() {
        for (text, expected) in [("299999ms", 299_999), ("15s", 15_000), ("1h30m", 5_400_000), ("2d", 172_800_000)] {
            assert_eq!(parse(text), Ok(Duration::from_millis(expected)));
        }
        for bad in ["", "5", "m", "5x", "-5m", "99999999999999999999d"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

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
