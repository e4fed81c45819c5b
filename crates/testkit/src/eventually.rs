//! [`eventually`]: the one place that asks an outside process again and again. Who can wait for an event does that instead.
//!
//! A process that is being started or killed sends no event; its port, its exit and its pages are all that one can look at.

use std::time::Duration;

/// Between two questions, in ms of real time.
const ASK_AGAIN_MS: u64 = 5;
/// How long a test asks, in s of real time, before it fails.
const PATIENCE_S: u64 = 30;

/// Asks until there is an answer.
///
/// # Panics
/// When there is none within 30 s of real time; `what` says then what was missed.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(ASK_AGAIN_MS)).await;
        }
    };
    let answered = tokio::time::timeout(Duration::from_secs(PATIENCE_S), asking).await;
    answered.unwrap_or_else(|_| panic!("{what}: not within {PATIENCE_S} s"))
}
