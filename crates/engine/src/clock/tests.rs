//! Business time goes only forward, over freezing, setting, restarts and a wall clock that jumps; and back by a reset alone.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll, Waker};

use lommebok_domain::Timestamp;

use super::{BusinessClock, ClockFault, ClockMode, ClockRecord, Hands, Moment, ProcessTime, RecordedMode};

const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A running clock and a handle of its wall clock; its monotonic clock is frozen.
fn running(wall: i64, offset_ms: i64, last: i64) -> (BusinessClock, Arc<AtomicI64>) {
    let hands = hands(wall, 0);
    let record = ClockRecord { mode: RecordedMode::Real, offset_ms, last: at(last) };
    (BusinessClock::by_hands(hands.clone(), record), hands.wall)
}

fn hands(wall: i64, monotonic: i64) -> Hands {
    Hands { wall: Arc::new(AtomicI64::new(wall)), monotonic: Arc::new(AtomicI64::new(monotonic)) }
}

#[test]
fn a_running_clock_goes_with_the_wall_clock_and_its_offset() {
    let (clock, hand) = running(1_000, 50, 0);
    assert_eq!(clock.now(), at(1_050));
    hand.store(2_000, Ordering::SeqCst);
    assert_eq!(clock.now(), at(2_050));
}

#[test]
fn a_wall_clock_that_goes_back_does_not_take_business_time_with_it() {
    let (clock, hand) = running(1_000, 0, 0);
    assert_eq!(clock.now(), at(1_000));
    hand.store(400, Ordering::SeqCst);
    assert_eq!(clock.now(), at(1_000));
    hand.store(1_001, Ordering::SeqCst);
    assert_eq!(clock.now(), at(1_001));
}

#[test]
fn a_restart_tells_no_time_before_the_recorded_one() {
    let (clock, _) = running(1_000, 500, 0);
    let record = clock.to_record();
    let hands = hands(200, 70);
    let restarted = BusinessClock::by_hands(hands.clone(), record);
    assert_eq!(restarted.now(), at(1_500));
    hands.wall.store(1_100, Ordering::SeqCst);
    assert_eq!(restarted.now(), at(1_600));
}

#[test]
fn time_runs_on_by_the_monotonic_clock_while_the_wall_clock_is_behind() {
    let hands = hands(100_000, 7);
    let record = ClockRecord { mode: RecordedMode::Real, offset_ms: 500, last: at(0) };
    let clock = BusinessClock::by_hands(hands.clone(), record);
    assert_eq!((clock.now(), clock.wall_behind_ms()), (at(100_500), 0));
    // Before it goes back, it is looked at once more: that is the last time known.
    hands.wall.store(103_000, Ordering::SeqCst);
    hands.monotonic.store(3_007, Ordering::SeqCst);
    assert_eq!(clock.now(), at(103_500));
    hands.wall.store(50_000, Ordering::SeqCst);
    for passed in [0, 1, 999, 1_000, 3_600_000] {
        hands.wall.store(50_000 + passed, Ordering::SeqCst);
        hands.monotonic.store(3_007 + passed, Ordering::SeqCst);
        assert_eq!((clock.now(), clock.wall_behind_ms()), (at(103_500 + passed), 53_000), "{passed}");
    }
    // It steps to and fro below the last time known, which changes nothing.
    hands.wall.store(3, Ordering::SeqCst);
    assert_eq!((clock.now(), clock.wall_behind_ms()), (at(3_703_500), 3_702_997));
    hands.wall.store(3_702_999, Ordering::SeqCst);
    assert_eq!((clock.now(), clock.wall_behind_ms()), (at(3_703_500), 1));
    // It has come by: time goes by it again.
    hands.wall.store(3_703_001, Ordering::SeqCst);
    assert_eq!((clock.now(), clock.wall_behind_ms()), (at(3_703_501), 0));
    hands.wall.store(3_703_011, Ordering::SeqCst);
    assert_eq!(clock.now(), at(3_703_511));
}

#[test]
fn a_restart_behind_the_recorded_time_runs_on_from_there() {
    let hands = hands(1_000, 40);
    let record = ClockRecord { mode: RecordedMode::Real, offset_ms: 0, last: at(90_000) };
    let clock = BusinessClock::by_hands(hands.clone(), record);
    assert_eq!(clock.now(), at(90_000));
    hands.monotonic.store(240, Ordering::SeqCst);
    assert_eq!(clock.now(), at(90_200));
    clock.never_before(at(95_000));
    hands.monotonic.store(241, Ordering::SeqCst);
    assert_eq!(clock.now(), at(95_001));
    assert_eq!(clock.to_record().last, at(95_001));
}

#[test]
fn what_is_set_frozen_or_reset_while_time_runs_on_goes_from_there() {
    let hands = hands(1_000, 0);
    let record = ClockRecord { mode: RecordedMode::Real, offset_ms: 0, last: at(90_000) };
    let clock = BusinessClock::by_hands(hands.clone(), record);
    hands.monotonic.store(500, Ordering::SeqCst);
    assert_eq!(clock.freeze(), at(90_500));
    hands.monotonic.store(900, Ordering::SeqCst);
    assert_eq!((clock.now(), clock.wall_behind_ms()), (at(90_500), 0));
    assert_eq!(clock.resume(), at(90_500));
    hands.wall.store(1_200, Ordering::SeqCst);
    assert_eq!((clock.now(), clock.wall_behind_ms()), (at(90_700), 0), "the distance is chosen now");
    hands.wall.store(1_000, Ordering::SeqCst);
    hands.monotonic.store(950, Ordering::SeqCst);
    assert_eq!((clock.now(), clock.wall_behind_ms()), (at(90_750), 250));
    clock.set_to(at(91_000)).unwrap();
    hands.wall.store(1_001, Ordering::SeqCst);
    assert_eq!((clock.now(), clock.wall_behind_ms()), (at(91_001), 0));
    clock.reset_to(at(1_001), 1);
    assert_eq!((clock.now(), clock.ahead_ms(), clock.wall_behind_ms()), (at(1_001), 0, 0));
}

#[test]
fn a_frozen_clock_stands_where_it_was_frozen_and_over_a_restart() {
    let (clock, hand) = running(1_000, 0, 0);
    assert_eq!(clock.freeze(), at(1_000));
    hand.store(9_000, Ordering::SeqCst);
    assert_eq!(clock.now(), at(1_000));
    assert_eq!(clock.freeze(), at(1_000));
    let restarted = BusinessClock::from_record(clock.to_record());
    assert_eq!(restarted.now(), at(1_000));
    assert_eq!(restarted.mode(), ClockMode::Frozen { at: at(1_000) });
}

#[test]
fn a_resumed_clock_goes_on_from_where_it_stood() {
    let (clock, hand) = running(1_000, 0, 0);
    clock.freeze();
    hand.store(9_000, Ordering::SeqCst);
    assert_eq!(clock.resume(), at(1_000));
    hand.store(9_001, Ordering::SeqCst);
    assert_eq!(clock.now(), at(1_001));
    assert_eq!(clock.resume(), at(1_001));
}

#[test]
fn setting_the_clock_back_is_refused_and_changes_nothing() {
    let clock = BusinessClock::frozen(at(1_000));
    let refused = clock.set_to(at(999));
    let fault = ClockFault::WouldGoBack { now: at(1_000), wanted: at(999) };
    assert_eq!(refused, Err(fault));
    assert_eq!(clock.now(), at(1_000));
    clock.never_before(at(999));
    assert_eq!(clock.now(), at(1_000));
    clock.never_before(at(1_001));
    assert_eq!(clock.now(), at(1_001));
}

#[test]
fn a_running_clock_that_is_set_forward_runs_on_from_there() {
    let (clock, hand) = running(1_000, 0, 0);
    clock.set_to(at(5_000)).unwrap();
    assert_eq!(clock.now(), at(5_000));
    hand.store(1_007, Ordering::SeqCst);
    assert_eq!(clock.now(), at(5_007));
}

#[test]
fn a_running_clock_that_is_behind_the_store_goes_on_from_there_until_its_own_time_has_come() {
    let (clock, hand) = running(1_000, 0, 0);
    clock.never_before(at(1_500));
    assert_eq!(clock.now(), at(1_500));
    hand.store(1_600, Ordering::SeqCst);
    assert_eq!(clock.now(), at(1_600));
}

#[test]
fn the_far_end_of_time_does_not_wrap() {
    let clock = BusinessClock::frozen(at(i64::MAX));
    assert_eq!(clock.resume(), at(i64::MAX));
    assert_eq!(clock.now(), at(i64::MAX));
}

#[test]
fn a_sleeper_on_a_frozen_clock_wakes_exactly_when_it_is_set_to_its_moment() {
    let clock = BusinessClock::frozen(at(1_000));
    let mut sleeper = pin!(clock.sleep_until(at(2_000)));
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(sleeper.as_mut().poll(&mut context), Poll::Pending);
    clock.set_to(at(1_999)).unwrap();
    assert_eq!(sleeper.as_mut().poll(&mut context), Poll::Pending);
    clock.set_to(at(2_000)).unwrap();
    assert_eq!(sleeper.as_mut().poll(&mut context), Poll::Ready(()));
}

#[test]
fn a_sleeper_that_is_dropped_leaves_nothing_behind() {
    let clock = BusinessClock::frozen(at(1_000));
    let before = clock.0.changes.receiver_count();
    {
        let mut sleeper = pin!(clock.sleep_until(at(2_000)));
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(sleeper.as_mut().poll(&mut context), Poll::Pending);
    }
    assert_eq!(clock.0.changes.receiver_count(), before);
}

#[tokio::test]
async fn a_sleeper_on_a_running_clock_wakes_when_it_is_set_beyond_its_moment() {
    let (clock, _hand) = running(1_000, 0, 0);
    let other = clock.clone();
    tokio::join!(clock.sleep_until(at(3_600_000)), async move {
        other.set_to(at(3_600_001)).unwrap();
    });
    assert_eq!(clock.now(), at(3_600_001));
}

#[tokio::test]
async fn a_sleeper_on_the_real_clock_wakes_by_itself() {
    let clock = BusinessClock::real();
    let moment = clock.now().plus_millis(5);
    clock.sleep_until(moment).await;
    assert!(clock.now() >= moment);
}

#[test]
fn the_wall_clock_is_past_the_year_2025() {
    assert!(ProcessTime.wall() > at(1_735_689_600_000));
}

#[test]
fn a_reset_sets_time_back_and_it_then_goes_with_the_wall_clock() {
    let (clock, hand) = running(1_000, 0, 0);
    clock.set_to(at(90_000)).unwrap();
    clock.freeze();
    assert_eq!(clock.ahead_ms(), 89_000);
    clock.reset_to(at(1_000), 1);
    assert_eq!((clock.now(), clock.mode(), clock.ahead_ms()), (at(1_000), ClockMode::Running { offset_ms: 0 }, 0));
    assert_eq!(clock.moment(), Moment { at: at(1_000), epoch: 1 });
    hand.store(1_500, Ordering::SeqCst);
    assert_eq!(clock.now(), at(1_500));
    hand.store(1_200, Ordering::SeqCst);
    assert_eq!(clock.now(), at(1_500), "within an epoch it never goes back");
}

#[test]
fn the_time_for_durations_never_goes_back() {
    let (clock, hand) = running(1_000, 0, 0);
    clock.set_to(at(90_000)).unwrap();
    let before = clock.steady_now();
    clock.reset_to(at(1_000), 1);
    assert_eq!(clock.steady_now(), before);
    hand.store(1_250, Ordering::SeqCst);
    assert_eq!(clock.steady_now(), before.plus_millis(250));
    clock.reset_to(at(500_000), 2);
    assert_eq!(clock.steady_now(), before.plus_millis(250));
}

#[tokio::test]
async fn a_sleeper_keeps_its_distance_over_a_reset_in_both_directions() {
    for to in [1_000, 900_000] {
        let (clock, hand) = running(5_000, 0, 0);
        let mut sleeper = pin!(clock.sleep_until(at(7_000)));
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(sleeper.as_mut().poll(&mut context), Poll::Pending);
        clock.reset_to(at(to), 1);
        hand.store(to + 1_999, Ordering::SeqCst);
        clock.resume();
        assert_eq!(sleeper.as_mut().poll(&mut context), Poll::Pending, "to {to}");
        hand.store(to + 2_000, Ordering::SeqCst);
        clock.resume();
        assert_eq!(sleeper.as_mut().poll(&mut context), Poll::Ready(()), "to {to}");
    }
}

#[test]
fn what_is_dated_after_the_moment_of_a_later_reset_has_ended_for_good() {
    let (clock, _hand) = running(1_000, 0, 0);
    let dated = |at_ms, epoch| Moment { at: at(at_ms), epoch };
    assert!(!clock.has_ended(dated(90_000, 0)));
    clock.reset_to(at(1_000), 1);
    clock.reset_to(at(5_000), 2);
    let ended = [dated(1_000, 0), dated(1_001, 0), dated(5_000, 1), dated(5_001, 1), dated(90_000, 2)];
    assert_eq!(ended.map(|dated| clock.has_ended(dated)), [false, true, false, true, false]);
    let (restarted, _hand) = running(1_000, 0, 0);
    restarted.remember(2, [at(1_000), at(5_000)]);
    assert_eq!(ended.map(|dated| restarted.has_ended(dated)), [false, true, false, true, false]);
    restarted.remember(99, [at(5_000)]);
    assert!(restarted.has_ended(dated(0, 97)), "of a reset that is not remembered anything may be true");
    assert!(!restarted.has_ended(dated(0, 98)));
}
