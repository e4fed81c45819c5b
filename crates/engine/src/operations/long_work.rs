//! Long work: reading and writing of more than 64 KiB of JSON, and what else takes milliseconds. It runs on a thread of its own,
//! because one worker serves everybody, and whatever computes there for long stops all.
//!
//! Each PSP has one piece of work at a time, and all together a few; later work waits for its turn. A newcomer's mistake:
//! to let go of the turn when the asker goes away. The thread works on, so the turn goes with the work.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use lommebok_domain::PspId;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::fault::Fault;
use crate::tasks::Tasks;

/// What is read and written in place, in bytes; more is long work.
pub const IN_PLACE_BYTES: usize = 64 * 1024;
/// Pieces of one PSP's work at a time.
const OF_ONE_AT_ONCE: usize = 1;
/// Pieces of everybody's work at a time: fewer than the store has readers, so that one is free for what is short.
const OF_ALL_AT_ONCE: usize = 2;

/// Whose work it is: each waits for its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// A PSP's.
    Psp(PspId),
    /// That of the operator, who asks through the Control API.
    Operator,
}

/// Whose turn it is.
#[derive(Debug)]
pub(crate) struct Turns {
    all: Arc<Semaphore>,
    own: Mutex<HashMap<Whose, Arc<Semaphore>>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(OF_ALL_AT_ONCE)), own: Mutex::default() }
    }
}

impl Turns {
    /// Waits for the own turn first, so that each has no more than one that waits for everybody's.
    async fn take(&self, whose: Whose) -> Result<[OwnedSemaphorePermit; 2], Fault> {
        let own = {
            let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(own.entry(whose).or_insert_with(|| Arc::new(Semaphore::new(OF_ONE_AT_ONCE))))
        };
        let own = own.acquire_owned().await.map_err(|_closed| Fault::Stopping)?;
        let any = Arc::clone(&self.all).acquire_owned().await.map_err(|_closed| Fault::Stopping)?;
        Ok([own, any])
    }
}

/// Does long work, each in its turn.
#[derive(Debug)]
pub struct LongWork {
    pub(crate) tasks: Tasks,
    pub(crate) turns: Turns,
}

impl LongWork {
    /// Does long work, when its turn comes. A panic in it is the caller's.
    ///
    /// # Errors
    /// [`Fault::Stopping`] when the server ends before.
    pub async fn run<T: Send + 'static>(
        &self,
        whose: Whose,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let turns = self.turns.take(whose).await?;
        let done = self.tasks.spawn_blocking("long work", move || {
            let _turns = turns;
            work()
        });
        done.await.map_err(|fault| match fault.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_cancelled) => Fault::Stopping,
        })
    }

    /// Reads what is long to read, when its turn comes.
    ///
    /// # Errors
    /// As [`LongWork::run`].
    pub async fn read<T: Send + 'static>(
        &self,
        whose: Whose,
        read: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Fault> {
        let runtime = Handle::current();
        self.run(whose, move || runtime.block_on(read)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Whose = Whose::Psp(PspId::new(1));
    const OTHER: Whose = Whose::Psp(PspId::new(2));

    /// Whether this turn is there at once.
    async fn is_free(turns: &Turns, whose: Whose) -> Option<[OwnedSemaphorePermit; 2]> {
        let mut turn = std::pin::pin!(turns.take(whose));
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(turn.as_mut().poll(cx))).await;
        if let std::task::Poll::Ready(Ok(turn)) = polled { Some(turn) } else { None }
    }

    #[tokio::test]
    async fn each_has_one_turn_at_a_time_and_all_together_two() {
        let turns = Turns::default();
        let first = is_free(&turns, ONE).await.expect("nobody works");
        assert!(is_free(&turns, ONE).await.is_none(), "one at a time of one PSP");
        let second = is_free(&turns, OTHER).await.expect("another PSP does not wait for the first");
        assert!(is_free(&turns, Whose::Operator).await.is_none(), "two at a time of all");
        drop(first);
        let operators = is_free(&turns, Whose::Operator).await.expect("a turn is free");
        assert!(is_free(&turns, ONE).await.is_none());
        drop((second, operators));
        assert!(is_free(&turns, ONE).await.is_some());
    }
}
