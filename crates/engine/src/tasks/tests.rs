//! What shutdown promises to tasks: they get the signal, are waited for, and are named if they do not end.

use std::time::Duration;

use super::{LeftOver, Tasks};

/// Never used up: what these tests wait for happens at once.
const PATIENCE: Duration = Duration::from_secs(17);

#[tokio::test]
async fn a_task_that_watches_stopping_leaves_nothing_over() {
    let tasks = Tasks::new();
    let stopping = tasks.stopping().clone();
    tasks.spawn("stream", async move { stopping.cancelled().await });
    assert_eq!(tasks.count(), 1);
    assert_eq!(tasks.finish(PATIENCE).await, []);
    assert_eq!(tasks.count(), 0);
}

#[tokio::test]
async fn a_task_that_takes_its_time_is_waited_for() {
    let tasks = Tasks::new();
    let (answer, outcome) = tokio::sync::oneshot::channel();
    let attempt = tasks.spawn("attempt", outcome);
    let (left, ()) = tokio::join!(tasks.finish(PATIENCE), async move {
        answer.send("committed").unwrap();
    });
    assert_eq!(left, []);
    assert_eq!(attempt.await.unwrap(), Ok("committed"));
    assert!(tasks.stopping().is_cancelled());
    assert!(!tasks.ending().is_cancelled());
}

#[tokio::test]
async fn a_task_that_watches_ending_goes_when_patience_is_over() {
    let tasks = Tasks::new();
    let ending = tasks.ending().clone();
    tasks.spawn("attempt", async move { ending.cancelled().await });
    assert_eq!(tasks.finish(Duration::ZERO).await, []);
}

#[tokio::test]
async fn a_task_that_never_ends_is_named_when_patience_is_over() {
    let tasks = Tasks::new();
    tasks.spawn("stubborn", std::future::pending::<()>());
    tasks.spawn("stubborn", std::future::pending::<()>());
    tasks.tracker.close();
    let left = tasks.give_last_moment(Duration::ZERO).await;
    let stubborn = LeftOver { name: "stubborn", count: 2 };
    assert_eq!(left, [stubborn]);
}

#[tokio::test]
async fn a_second_signal_does_not_wait() {
    let tasks = Tasks::new();
    let ending = tasks.ending().clone();
    tasks.spawn("attempt", async move { ending.cancelled().await });
    let second = tasks.clone();
    let (left, ()) = tokio::join!(tasks.finish(PATIENCE), async move { second.end() });
    assert_eq!(left, []);
}

#[tokio::test]
async fn a_task_that_panics_is_no_longer_counted() {
    let tasks = Tasks::new();
    let joined = tasks.spawn("faulty", async { panic!("planted") }).await;
    assert!(joined.is_err());
    assert_eq!(tasks.finish(PATIENCE).await, []);
}

#[tokio::test]
async fn blocking_work_is_counted_and_waited_for() {
    let tasks = Tasks::new();
    let work = tasks.spawn_blocking("key", || 6 * 7);
    assert_eq!(work.await.unwrap(), 42);
    assert_eq!(tasks.finish(PATIENCE).await, []);
}

#[tokio::test]
async fn work_whose_caller_stays_needs_no_task() {
    let tasks = Tasks::new();
    assert_eq!(tasks.to_the_end("commit", async { "committed" }).await, "committed");
    assert_eq!(tasks.count(), 0);
}

#[tokio::test]
async fn work_whose_caller_goes_away_is_carried_to_its_end() {
    let tasks = Tasks::new();
    let (synced, sync) = tokio::sync::oneshot::channel::<()>();
    let (tell, told) = tokio::sync::oneshot::channel();
    let mut work = tasks.to_the_end("commit", async move {
        sync.await.unwrap();
        tell.send("the attempt has begun").unwrap();
    });
    assert!(futures_util::poll!(&mut work).is_pending());
    assert_eq!(tasks.count(), 0);
    drop(work);
    assert_eq!(tasks.count(), 1);
    synced.send(()).unwrap();
    assert_eq!(told.await, Ok("the attempt has begun"));
    assert_eq!(tasks.finish(PATIENCE).await, []);
}

#[tokio::test]
async fn work_that_panics_is_not_run_again() {
    let tasks = Tasks::new();
    let work =
        std::panic::AssertUnwindSafe(tasks.to_the_end("commit", async { assert!(tasks_are_sound(), "planted") }));
    assert!(futures_util::FutureExt::catch_unwind(work).await.is_err());
    assert_eq!(tasks.count(), 0);
}

/// Not a constant to the compiler.
fn tasks_are_sound() -> bool {
    std::hint::black_box(false)
}
