//! From what was counted in one run to the median of several.
//!
//! Each column takes its own median, so that one bad second in one run cannot colour two of them.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Longest latency that is distinguished, in microseconds: one minute.
const LONGEST_MICROS: u64 = 60_000_000;

/// An empty histogram of microseconds, to three digits.
pub(crate) fn histogram() -> Histogram<u64> {
    Histogram::new_with_max(LONGEST_MICROS, 3).expect("the bounds are constants that the crate accepts")
}

/// Notes one latency; one that is off the scale counts as the longest.
pub(crate) fn record(latencies: &mut Histogram<u64>, latency: Duration) {
    latencies.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(LONGEST_MICROS));
}

/// What one run counted.
pub(crate) struct Run {
    pub(crate) latencies: Histogram<u64>,
    pub(crate) wall: Duration,
    /// The server's own.
    pub(crate) cpu: Duration,
    pub(crate) written_bytes: u64,
}

/// The medians of some runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measured {
    /// Steps (requests, or whole payments) per second of wall time.
    pub(crate) per_second: f64,
    /// The server's CPU per step, in microseconds.
    pub(crate) cpu_micros: f64,
    /// Half of the steps took no longer, in microseconds.
    pub(crate) p50_micros: f64,
    /// 99 of 100 steps took no longer, in microseconds.
    pub(crate) p99_micros: f64,
    /// Bytes that the server caused to be written per step.
    pub(crate) written_bytes: f64,
}

impl Measured {
    /// The medians of `runs`; nothing when a run saw no step at all.
    pub(crate) fn median_of(runs: &[Run]) -> Option<Self> {
        if runs.is_empty() || runs.iter().any(|run| run.latencies.is_empty()) {
            return None;
        }
        Some(Self::median(&runs.iter().map(Self::of).collect::<Vec<_>>()))
    }

    fn of(run: &Run) -> Self {
        let steps = float(run.latencies.len());
        Self {
            per_second: steps / run.wall.as_secs_f64(),
            cpu_micros: run.cpu.as_secs_f64() * 1e6 / steps,
            p50_micros: float(run.latencies.value_at_quantile(0.5)),
            p99_micros: float(run.latencies.value_at_quantile(0.99)),
            written_bytes: float(run.written_bytes) / steps,
        }
    }

    /// The median of each column.
    pub(crate) fn median(all: &[Self]) -> Self {
        let column = |figure: fn(&Self) -> f64| median(all.iter().map(figure).collect());
        Self {
            per_second: column(|run| run.per_second),
            cpu_micros: column(|run| run.cpu_micros),
            p50_micros: column(|run| run.p50_micros),
            p99_micros: column(|run| run.p99_micros),
            written_bytes: column(|run| run.written_bytes),
        }
    }
}

/// The middle one; of an even number, the upper of the two.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// The ratios of some pairs of runs, each pair one after the other on the same machine.
#[derive(Debug, Default)]
pub(crate) struct Pairs(Vec<f64>);

impl FromIterator<f64> for Pairs {
    fn from_iter<I: IntoIterator<Item = f64>>(ratios: I) -> Self {
        Self(ratios.into_iter().collect())
    }
}

impl Pairs {
    pub(crate) fn push(&mut self, ratio: f64) {
        self.0.push(ratio);
    }

    pub(crate) fn median(&self) -> f64 {
        median(self.0.clone())
    }

    /// Between which two of the ratios the median lies, at least 19 of 20 times, whatever their distribution; nothing of fewer
    /// than six pairs.
    pub(crate) fn interval(&self) -> Option<(f64, f64)> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        // Each ratio is above the median or below it, like a coin: the tail of so many coins that all but `left_out` agree.
        let coins = i32::try_from(sorted.len()).ok()?;
        let (mut tail, mut ways, mut left_out) = (0.0, 1.0, None);
        for (heads, nth) in (0..sorted.len()).zip(0_i32..) {
            tail += ways / 2.0_f64.powi(coins);
            if tail > 0.025 {
                break;
            }
            left_out = Some(heads);
            ways *= f64::from(coins.saturating_sub(nth)) / f64::from(nth.saturating_add(1));
        }
        let lowest = left_out?;
        let highest = sorted.len().checked_sub(lowest.saturating_add(1))?;
        Some((*sorted.get(lowest)?, *sorted.get(highest)?))
    }
}

/// A count as a number to divide by. Exact as far as 32 bits, and to 32 binary digits beyond.
pub(crate) fn float(count: u64) -> f64 {
    match u32::try_from(count) {
        Ok(count) => f64::from(count),
        Err(_) => f64::from(u32::try_from(count >> 32).unwrap_or(u32::MAX)) * 4_294_967_296.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(latencies_micros: &[u64], cpu_millis: u64) -> Run {
        let mut latencies = histogram();
        for micros in latencies_micros {
            record(&mut latencies, Duration::from_micros(*micros));
        }
        let cpu = Duration::from_millis(cpu_millis);
        Run { latencies, wall: Duration::from_secs(2), cpu, written_bytes: 8_000 }
    }

    #[test]
    fn each_column_is_the_median_of_its_own_figures() {
        let runs = [run(&[100, 200, 300, 400], 2), run(&[100, 100, 900, 900], 8), run(&[500, 500, 500, 500], 4)];
        let measured = Measured::median_of(&runs).unwrap();
        let expected = Measured {
            per_second: 2.0,
            cpu_micros: 1000.0,
            p50_micros: 200.0,
            p99_micros: 500.0,
            written_bytes: 2000.0,
        };
        assert_eq!(measured, expected);
    }

    #[test]
    fn pairs_say_between_which_of_them_the_median_lies() {
        let pairs = |count: u32| Pairs((1..=count).rev().map(f64::from).collect());
        assert_eq!(pairs(10).interval(), Some((2.0, 9.0)), "of ten coins nine agree in 1 of 93 tries");
        assert_eq!(pairs(6).interval(), Some((1.0, 6.0)));
        assert_eq!(pairs(5).interval(), None);
        assert_eq!(format!("{:.1}", pairs(10).median()), "6.0");
    }

    #[test]
    fn a_run_without_a_single_step_has_no_figures() {
        assert_eq!(Measured::median_of(&[run(&[], 1)]), None);
        assert_eq!(Measured::median_of(&[]), None);
    }

    #[test]
    fn a_latency_off_the_scale_counts_as_the_longest() {
        let mut latencies = histogram();
        record(&mut latencies, Duration::from_hours(1));
        assert!(latencies.max() >= LONGEST_MICROS);
    }

    #[test]
    fn counts_stay_themselves_as_far_as_anybody_counts() {
        assert_eq!([float(0).to_string(), float(4_000_000_000).to_string()], ["0", "4000000000"]);
        assert_eq!(float(1 << 40).to_string(), "1099511627776");
    }
}
