//! How long a call to a PSP may last, attempt or notice: 15 s of business time, so that whoever owns the clock decides
//! when they are over; and while business time stands still, 10 min of process time, so that no call lasts for ever.

use std::time::Duration;

use lommebok_domain::Timestamp;

use crate::clock::{BusinessClock, ClockMode};

/// How long a call may last while business time stands still, in ms of process time.
const LONGEST_FROZEN_CALL_MS: u64 = 10 * 60_000;

/// Ends at `at` (business time), or when business time has stood still for ten minutes.
pub(super) async fn call_deadline(clock: &BusinessClock, at: Timestamp) {
    tokio::select! {
        () = clock.sleep_until(at) => {}
        () = frozen_for(clock, Duration::from_millis(LONGEST_FROZEN_CALL_MS)) => {}
    }
}

async fn frozen_for(clock: &BusinessClock, patience: Duration) {
    let mut changes = clock.changes();
    loop {
        match clock.mode() {
            ClockMode::Running { .. } => {
                if changes.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
            ClockMode::Frozen { .. } => {
                if tokio::time::timeout(patience, changes.changed()).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const BEGINNING: Timestamp = Timestamp::from_millis(1_777_888_800_000);
    const A_MILLISECOND: Duration = Duration::from_millis(1);

    fn frozen() -> (BusinessClock, Timestamp) {
        (BusinessClock::frozen(BEGINNING), BEGINNING.plus_millis(15_000))
    }

    #[tokio::test]
    async fn a_call_on_a_standing_clock_ends_at_its_moment_of_business_time() {
        let (clock, end) = frozen();
        let mut deadline = Box::pin(call_deadline(&clock, end));
        assert!((&mut deadline).now_or_never().is_none());
        clock.set_to(end.plus_millis(-1)).expect("forward");
        assert!((&mut deadline).now_or_never().is_none());
        clock.set_to(end).expect("forward");
        assert!((&mut deadline).now_or_never().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_on_a_standing_clock_ends_after_ten_minutes_of_process_time() {
        let (clock, end) = frozen();
        let mut deadline = Box::pin(call_deadline(&clock, end));
        assert!((&mut deadline).now_or_never().is_none());
        tokio::time::advance(Duration::from_mins(10).saturating_sub(A_MILLISECOND)).await;
        assert!((&mut deadline).now_or_never().is_none());
        tokio::time::advance(A_MILLISECOND).await;
        assert!((&mut deadline).now_or_never().is_some());
        assert_eq!(clock.now(), BEGINNING);
    }

    #[tokio::test(start_paused = true)]
    async fn the_ten_minutes_begin_anew_whenever_business_time_moves() {
        let (clock, end) = frozen();
        let mut deadline = Box::pin(call_deadline(&clock, end));
        assert!((&mut deadline).now_or_never().is_none());
        tokio::time::advance(Duration::from_mins(9)).await;
        clock.set_to(BEGINNING.plus_millis(1)).expect("forward");
        assert!((&mut deadline).now_or_never().is_none());
        tokio::time::advance(Duration::from_mins(9)).await;
        assert!((&mut deadline).now_or_never().is_none());
        tokio::time::advance(Duration::from_mins(1)).await;
        assert!((&mut deadline).now_or_never().is_some());
    }
}
