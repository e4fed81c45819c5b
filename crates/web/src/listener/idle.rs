//! Which connections are open, to find the longest idle ones when room is needed. Nothing is written here with a request: who
//! needs room looks at all, and asks several at once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::activity::{Activity, Standing};
use super::peers::Peer;

/// A client that has said nothing yet may be about to; after so long it counts as idle, in ms.
const SILENT_MS: u64 = 1_000;

/// One open connection.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) activity: Arc<Activity>,
    pub(super) peer: Arc<Peer>,
}

/// All open connections.
#[derive(Debug, Default)]
pub(super) struct Open {
    entries: Mutex<HashMap<u64, Entry>>,
    next: AtomicU64,
}

/// A connection's entry; removed when dropped.
#[derive(Debug)]
pub(super) struct Entered<'a> {
    open: &'a Open,
    number: u64,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.open.lock().remove(&self.number);
    }
}

impl Open {
    pub(super) fn enter(&self, entry: Entry) -> Entered<'_> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock().insert(number, entry);
        Entered { open: self, number }
    }

    /// Asks up to `count` connections to leave that have been idle longest; only those of `peer`, if one is given.
    pub(super) fn ask_the_idle_to_leave(&self, count: usize, peer: Option<&Arc<Peer>>) {
        let now = Instant::now();
        let mut idle: Vec<(Instant, Arc<Activity>)> = {
            let entries = self.lock();
            let entries = entries.values().filter(|entry| peer.is_none_or(|peer| Arc::ptr_eq(peer, &entry.peer)));
            let waiting = entries.filter(|entry| !entry.activity.is_asked_to_leave());
            waiting.filter_map(|entry| Some((idle_since(&entry.activity, now)?, Arc::clone(&entry.activity)))).collect()
        };
        idle.sort_unstable_by_key(|(since, _)| *since);
        for (_, activity) in idle.iter().take(count) {
            activity.ask_to_leave();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn idle_since(activity: &Activity, now: Instant) -> Option<Instant> {
    match activity.standing() {
        Standing::Idle(since) => Some(since),
        Standing::InHead(since) => {
            let silent = activity.has_said_nothing() && now.duration_since(since) >= Duration::from_millis(SILENT_MS);
            silent.then_some(since)
        }
        Standing::Unsent(_) | Standing::Busy => None,
    }
}
