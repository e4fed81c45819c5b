//! Timeout and retry with back-off: a call of the acquirer that is not answered in time counts as not answered, and what
//! failed is tried again after pauses that grow. Both are of business time.

use std::time::Duration;

use lommebok_sdk::BoxFuture;

use super::Psp;
use crate::acquirer::{Answered, NoAnswer};

/// How long an operation or a reversal may take; an authorisation has what is left of the wallet's budget.
pub(super) const OPERATION_TIMEOUT: Duration = Duration::from_secs(30);

/// What a call gets in addition, in real time: business time may be moved past its limit while its answer is on the way.
const REAL_TIME_GRACE: Duration = Duration::from_secs(2);

/// The pauses after the first, second, … try that failed; the last one repeats.
const PAUSES_MS: [i64; 5] = [1_000, 5_000, 30_000, 2 * 60_000, 10 * 60_000];

/// The pause after `tries` tries that failed before this one.
pub(super) fn pause_ms(tries: u32) -> i64 {
    let place = usize::try_from(tries).unwrap_or(usize::MAX);
    PAUSES_MS.get(place).or(PAUSES_MS.last()).copied().unwrap_or(0)
}

impl Psp {
    /// The acquirer's answer to `call`, if it comes within so much business time, or was on the way when that was over.
    pub(super) async fn answered_within(&self, timeout: Duration, call: BoxFuture<'_, Answered>) -> Answered {
        let millis = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX);
        let over = async {
            self.0.clock.sleep_until(self.now().plus_millis(millis)).await;
            tokio::time::sleep(REAL_TIME_GRACE).await;
        };
        tokio::select! {
            biased;
            answered = call => answered,
            () = over => Err(NoAnswer(format!("nothing came within {} ms", timeout.as_millis()))),
        }
    }
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
