//! A few connections for reading. A read takes microseconds, so a caller that finds all of them busy simply waits.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::open;
use crate::fault::StoreError;

/// The reading connections.
#[derive(Debug)]
pub(super) struct Readers {
    connections: Vec<Mutex<Connection>>,
    turn: AtomicUsize,
}

impl Readers {
    pub(super) fn open(path: &Path, count: usize, cache_kib: i64) -> Result<Self, StoreError> {
        let connections = (0..count.max(1)).map(|_| open::reader(path, cache_kib).map(Mutex::new));
        Ok(Self { connections: connections.collect::<Result<_, _>>()?, turn: AtomicUsize::new(0) })
    }

    pub(super) fn with<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        read(&self.free())
    }

    /// A free connection: the first if it is, for its cache is the warmest; else the one whose turn it is.
    fn free(&self) -> MutexGuard<'_, Connection> {
        if let Some(free) = self.connections.iter().find_map(|connection| connection.try_lock().ok()) {
            return free;
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let at = turn.checked_rem(self.connections.len()).unwrap_or(0);
        let connection = self.connections.get(at).expect("there is at least one connection");
        connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
