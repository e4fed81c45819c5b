//! [`eventually`] asks again until something outside this process is so: the only place in our tests that sleeps.
//!
//! For what this process itself does, wait for the event instead (`TestApp::until`, `FakePsp::until`).

use std::time::Duration;

/// How long lies between two questions, in ms of real time.
const BETWEEN_MS: u64 = 10;

/// What was asked for did not come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut;

/// Asks until the answer is `Some`, for at most `limit` of real time (the last question may end later).
///
/// # Errors
/// [`TimedOut`] when the limit has passed.
pub async fn eventually<T>(limit: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> Result<T, TimedOut> {
    let begun = tokio::time::Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return Ok(answer);
        }
        if begun.elapsed() >= limit {
            return Err(TimedOut);
        }
        tokio::time::sleep(Duration::from_millis(BETWEEN_MS)).await;
    }
}

/// How long [`wait_until`] asks, in s of real time.
const WAIT_S: u64 = 30;

/// Asks until there is an answer.
///
/// # Panics
/// When there is none within 30 s of real time; `what` says then what was missed.
pub async fn wait_until<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    match eventually(Duration::from_secs(WAIT_S), ask).await {
        Ok(answer) => answer,
        Err(TimedOut) => panic!("{what}: not within {WAIT_S} s"),
    }
}
