//! Copies the write-ahead log into the database file, off the commit path: a thread with a connection of its own.
//!
//! While the writer keeps writing, a checkpoint never sees the log's end, and the log would grow for ever. So the writer
//! finishes the work itself, between two commits, once the log has reached its bound.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::{database_error, open};
use crate::fault::StoreError;

/// Frames not yet copied at which the thread is woken.
const WAKE_AT_FRAMES: i64 = 1_000;
/// Changes after which the writer looks at the log's length.
const LOOK_EVERY_CHANGES: usize = 128;

/// Where the log stands, frames.
#[derive(Clone, Copy, Debug)]
struct Log {
    length: i64,
    copied: i64,
}

#[derive(Debug, Default)]
struct Signal {
    state: Mutex<SignalState>,
    changed: Condvar,
    /// Held by whoever checkpoints.
    copying: Mutex<()>,
}

#[derive(Debug, Default)]
struct SignalState {
    wanted: bool,
    closed: bool,
}

/// The thread's handle, owned by the writer.
#[derive(Debug)]
pub(super) struct Checkpointer {
    signal: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
    max_frames: i64,
    changes: usize,
}

impl Checkpointer {
    pub(super) fn start(path: &Path, max_frames: i64) -> Result<Self, StoreError> {
        let connection = open::checkpointer(path)?;
        let signal = Arc::new(Signal::default());
        let theirs = Arc::clone(&signal);
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || run(&connection, &theirs))
            .map_err(StoreError::Thread)?;
        Ok(Self { signal, thread: Some(thread), max_frames, changes: 0 })
    }

    /// The writer committed `changes` changes: looks now and then whether the log is long.
    pub(super) fn committed(&mut self, writer: &Connection, changes: usize) {
        self.changes = self.changes.saturating_add(changes);
        if self.changes < LOOK_EVERY_CHANGES {
            return;
        }
        self.changes = 0;
        let Ok(log) = checkpoint(writer, "NOOP") else { return };
        if log.length >= self.max_frames {
            let _copying = self.signal.copying.lock().unwrap_or_else(PoisonError::into_inner);
            report(checkpoint(writer, "PASSIVE"));
        } else if log.length.saturating_sub(log.copied) >= WAKE_AT_FRAMES {
            self.signal.state.lock().unwrap_or_else(PoisonError::into_inner).wanted = true;
            self.signal.changed.notify_one();
        }
    }

    /// Ends the thread and leaves a short log behind.
    pub(super) fn close(&mut self, writer: &Connection) {
        self.signal.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.signal.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
        report(checkpoint(writer, "TRUNCATE"));
    }
}

fn run(connection: &Connection, signal: &Signal) {
    loop {
        let state = signal.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = signal.changed.wait_while(state, |state| !state.wanted && !state.closed);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return;
        }
        state.wanted = false;
        drop(state);
        let _copying = signal.copying.lock().unwrap_or_else(PoisonError::into_inner);
        report(checkpoint(connection, "PASSIVE"));
    }
}

/// A checkpoint that fails costs nothing but a longer log; it is tried again.
fn report(outcome: Result<Log, StoreError>) {
    match outcome {
        Ok(log) => tracing::trace!(frames = log.length, copied = log.copied, "checkpoint"),
        Err(error) => tracing::warn!(?error, "a checkpoint failed"),
    }
}

fn checkpoint(connection: &Connection, mode: &str) -> Result<Log, StoreError> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    let mut statement = connection.prepare_cached(&sql).map_err(database_error)?;
    let log = statement.query_row([], |row| Ok(Log { length: row.get(1)?, copied: row.get(2)? }));
    log.map_err(database_error)
}
