//! Retry with back-off: what must not be lost when the store is in trouble is tried again after pauses of process time.
//!
//! Only for work that may be done twice (the guard of a payment's version sees to it). A newcomer's mistake: to wrap a call to
//! the outside in it.

use std::time::Duration;

use crate::fault::Fault;
use crate::observability::store_trouble;
use crate::tasks::Tasks;

/// The first pause, in ms; each further one is twice as long.
const FIRST_PAUSE_MS: u64 = 1_000;
/// The longest pause, in ms.
const LONGEST_PAUSE_MS: u64 = 30_000;

/// The pauses between the tries of one piece of work.
#[derive(Debug)]
pub(crate) struct Pauses {
    next_ms: u64,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { next_ms: FIRST_PAUSE_MS }
    }
}

impl Pauses {
    pub(crate) fn next(&mut self) -> Duration {
        let pause = Duration::from_millis(self.next_ms);
        self.next_ms = self.next_ms.saturating_mul(2).min(LONGEST_PAUSE_MS);
        pause
    }
}

/// Does `work` until it succeeds or can't ever; ends with its last fault only when the server does.
pub(crate) async fn retry<T, F>(tasks: &Tasks, work: impl Fn() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    retry_until(tasks, std::future::pending(), work).await
}

/// The same, but makes no further try once `given_up` has come. A try that has begun is never broken off: what it
/// commits would be stored without an answer to the caller.
pub(crate) async fn retry_until<T, F>(
    tasks: &Tasks,
    given_up: impl Future<Output = ()>,
    work: impl Fn() -> F,
) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    let mut pauses = Pauses::default();
    let mut given_up = std::pin::pin!(given_up);
    loop {
        let fault = match work().await {
            Err(fault) if fault.passes() => fault,
            done => return done,
        };
        let pause = pauses.next();
        store_trouble(&fault);
        tokio::select! {
            biased;
            () = tasks.ending().cancelled() => return Err(fault),
            () = &mut given_up => return Err(fault),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_begin_at_one_second_and_never_grow_beyond_thirty() {
        let mut pauses = Pauses::default();
        let seconds: Vec<u64> = (0..7).map(|_| pauses.next().as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
    }
}
