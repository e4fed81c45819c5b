//! How long to wait before something is tried again: pauses that grow, in business time.

/// The pauses after the first, second, … try that failed; the last one repeats.
const PAUSES_MS: [i64; 5] = [1_000, 5_000, 30_000, 2 * 60_000, 10 * 60_000];

/// The pause after `tries` tries that failed before this one.
pub(super) fn pause_ms(tries: u32) -> i64 {
    let place = usize::try_from(tries).unwrap_or(usize::MAX);
    PAUSES_MS.get(place).or(PAUSES_MS.last()).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::pause_ms;

    #[test]
    fn pauses_grow_and_the_last_one_repeats() {
        assert_eq!(
            [0, 1, 2, 3, 4, 5, u32::MAX].map(pause_ms),
            [1_000, 5_000, 30_000, 120_000, 600_000, 600_000, 600_000]
        );
    }
}
