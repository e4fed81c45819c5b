//! The one place that spawns: every task has a name, is counted, and is known to the shutdown.
//!
//! Two signals, in this order: *stopping* (take nothing new: listeners close, event streams end, workers lease and open
//! nothing) and *ending* (the time for it is over: drop what you are doing). A long wait watches one of them.
//! A newcomer's mistake: dropping a `JoinHandle` does not stop its task; only watching [`Tasks::ending`] does.

mod to_the_end;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use to_the_end::ToTheEnd;

/// How long tasks get between the signal *ending* and being left behind.
const LAST_MOMENT_MS: u64 = 1_000;

/// All tasks of one server. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stopping: CancellationToken,
    ending: CancellationToken,
    running: Running,
}

/// A kind of task that was still there when its time was over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOver {
    /// The name it was spawned under.
    pub name: &'static str,
    /// How many of that name.
    pub count: usize,
}

impl Tasks {
    /// No tasks, not stopping.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `future` on the current runtime. `name` says what it does, in the words of the folder tree.
    pub fn spawn<F>(&self, name: &'static str, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let entry = self.running.enter(name);
        // An async block would hold the future twice, once as what it captured and once as what it awaits.
        self.tracker.spawn(future.map(move |output| {
            drop(entry);
            output
        }))
    }

    /// Runs `work`, which may block, on a thread of its own.
    pub fn spawn_blocking<F, T>(&self, name: &'static str, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let entry = self.running.enter(name);
        self.tracker.spawn_blocking(move || {
            let _entry = entry;
            work()
        })
    }

    /// Cancelled when nothing new may be begun.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Cancelled when what still runs must be dropped. Never before *stopping*.
    pub fn ending(&self) -> &CancellationToken {
        &self.ending
    }

    /// Says that nothing new may be begun. Saying it again changes nothing.
    pub fn stop(&self) {
        self.stopping.cancel();
    }

    /// Says that everything must be dropped now (a second signal from the operator).
    pub fn end(&self) {
        self.stopping.cancel();
        self.ending.cancel();
    }

    /// Stops, waits up to `within` of process time for what runs, then ends it. Returns at once when [`Tasks::end`] is called
    /// meanwhile. The answer names what was left behind even then; empty is the good case.
    pub async fn finish(&self, within: Duration) -> Vec<LeftOver> {
        self.stop();
        self.tracker.close();
        tokio::select! {
            () = self.tracker.wait() => return Vec::new(),
            () = self.ending.cancelled() => {}
            () = tokio::time::sleep(within) => {}
        }
        self.end();
        self.give_last_moment(Duration::from_millis(LAST_MOMENT_MS)).await
    }

    async fn give_last_moment(&self, last_moment: Duration) -> Vec<LeftOver> {
        match tokio::time::timeout(last_moment, self.tracker.wait()).await {
            Ok(()) => Vec::new(),
            Err(_) => self.running.left_over(),
        }
    }

    /// How many tasks run now.
    pub fn count(&self) -> usize {
        self.tracker.len()
    }
}

/// Which tasks run now, by name, so that a shutdown that takes too long can say for whom it waited.
#[derive(Clone, Debug, Default)]
struct Running(Arc<Mutex<BTreeMap<&'static str, usize>>>);

/// Counts one task until it is dropped, also when that task panics or is aborted.
struct Entry {
    running: Running,
    name: &'static str,
}

impl Running {
    fn enter(&self, name: &'static str) -> Entry {
        let mut counts = self.counts();
        let count = counts.entry(name).or_default();
        *count = count.saturating_add(1);
        Entry { running: self.clone(), name }
    }

    fn left_over(&self) -> Vec<LeftOver> {
        self.counts()
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(name, count)| LeftOver { name, count: *count })
            .collect()
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<&'static str, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(count) = self.running.counts().get_mut(self.name) {
            *count = count.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests;
