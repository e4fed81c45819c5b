//! Durations as people write them: `299999ms`, `15s`, `1h30m`.

use std::time::Duration;

/// The duration that `text` says.
///
/// # Errors
/// In words, when it is none or does not fit.
pub fn duration_of(text: &str) -> Result<Duration, String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_every_unit_and_refused_in_words() {
        for (text, expected) in [("299999ms", 299_999), ("15s", 15_000), ("1h30m", 5_400_000), ("2d", 172_800_000)] {
            assert_eq!(duration_of(text), Ok(Duration::from_millis(expected)));
        }
        for bad in ["", "5", "m", "5x", "-5m", "99999999999999999999d"] {
            assert!(duration_of(bad).is_err(), "{bad}");
        }
    }
}
