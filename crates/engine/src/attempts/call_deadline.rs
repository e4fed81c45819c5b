//! How long a call to a PSP may last, attempt or notice: 15 s of business time, so that the owner of the clock decides
//! when they end; and while business time is frozen, 10 min of process time, so that no call lasts for ever.
//!
//! Business time does not move either while a wall clock that was set back catches up: then 15 s of process time end the call.

use std::time::Duration;

use lommebok_domain::Timestamp;

use crate::clock::{BusinessClock, ClockMode};

/// How long a call may last while business time is frozen, in ms of process time.
const LONGEST_FROZEN_CALL_MS: u64 = 10 * 60_000;

/// Ends at `at` (business time), and no later than process time allows.
pub(super) async fn call_deadline(clock: &BusinessClock, at: Timestamp) {
    tokio::select! {
        () = clock.sleep_until(at) => {}
        () = process_time_is_over(clock, at) => {}
    }
}

/// Returns when the clock has been frozen for ten minutes; or when, since it was last touched, as much process time has
/// passed as business time was left, so that a wall clock which is set back keeps no call open.
async fn process_time_is_over(clock: &BusinessClock, at: Timestamp) {
    let mut changes = clock.changes();
    loop {
        let left_ms = match clock.mode() {
            ClockMode::Running { .. } => u64::try_from(at.millis_since(clock.now())).unwrap_or(0),
            ClockMode::Frozen { .. } => LONGEST_FROZEN_CALL_MS,
        };
        if tokio::time::timeout(Duration::from_millis(left_ms), changes.changed()).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use crate::clock::{ClockRecord, Hands, RecordedMode};

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

    #[tokio::test(start_paused = true)]
    async fn a_wall_clock_that_is_set_back_makes_no_call_longer() {
        let hand = Arc::new(AtomicI64::new(BEGINNING.as_millis()));
        let hands = Hands { wall: Arc::clone(&hand), ..Hands::default() };
        let record = ClockRecord { mode: RecordedMode::Real, offset_ms: 0, last: BEGINNING };
        let clock = BusinessClock::by_hands(hands, record);
        let mut deadline = Box::pin(call_deadline(&clock, BEGINNING.plus_millis(15_000)));
        assert!((&mut deadline).now_or_never().is_none());
        hand.fetch_sub(3_600_000, Ordering::SeqCst);
        tokio::time::advance(Duration::from_secs(15).saturating_sub(A_MILLISECOND)).await;
        assert!((&mut deadline).now_or_never().is_none());
        tokio::time::advance(A_MILLISECOND).await;
        assert!((&mut deadline).now_or_never().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_going_again_leaves_a_call_its_rest() {
        let (clock, end) = frozen();
        let mut deadline = Box::pin(call_deadline(&clock, end));
        assert!((&mut deadline).now_or_never().is_none());
        tokio::time::advance(Duration::from_mins(9)).await;
        clock.set_to(end.plus_millis(-1_000)).expect("forward");
        clock.resume();
        assert!((&mut deadline).now_or_never().is_none());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!((&mut deadline).now_or_never().is_some());
    }
}
