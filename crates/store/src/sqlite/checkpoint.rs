//! Copies the write-ahead log into the database file, off the commit path: a thread with a connection of its own.
//!
//! While the writer keeps writing, a checkpoint never sees the log's end, and the log would grow for ever. So the writer
//! finishes the work itself, between two commits. It is no more than an instant when little is left to copy: once the log
//! is half as long as it may become, the thread copies again and again until that is so, and then the writer finishes. At its
//! bound the writer finishes all that is left.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::{connections, database_error};
use crate::fault::StoreError;

/// Frames not yet copied at which the thread is woken.
const WAKE_AT_FRAMES: i64 = 1_000;
/// Changes after which the writer looks at the log's length.
const LOOK_EVERY_CHANGES: usize = 128;
/// Frames that the writer copies in an instant.
const FEW_FRAMES: i64 = 100;
/// How often the thread copies on until so few are left.
const MOST_PASSES: usize = 8;

/// The log, in frames.
#[derive(Clone, Copy, Debug)]
struct Log {
    length: i64,
    copied: i64,
}

impl Log {
    fn left(self) -> i64 {
        self.length.saturating_sub(self.copied)
    }
}

#[derive(Debug, Default)]
struct Signal {
    state: Mutex<SignalState>,
    changed: Condvar,
    /// Held during a checkpoint.
    copying: Mutex<()>,
    /// Few frames are left: the writer may finish.
    few_left: AtomicBool,
}

#[derive(Debug, Default)]
struct SignalState {
    wanted: Option<Wanted>,
    closed: bool,
}

/// What the thread shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Copy,
    /// Copy until few frames are left.
    LeaveFew,
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
        let connection = connections::checkpointer(path)?;
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
        let few_left = self.signal.few_left.swap(false, Ordering::Relaxed);
        if self.changes < LOOK_EVERY_CHANGES && !few_left {
            return;
        }
        self.changes = 0;
        let Ok(log) = checkpoint(writer, "NOOP") else { return };
        let half_full = log.length.saturating_mul(2) >= self.max_frames;
        if log.length >= self.max_frames || (half_full && few_left) {
            let _copying = self.signal.copying.lock().unwrap_or_else(PoisonError::into_inner);
            report(checkpoint(writer, "PASSIVE"));
        } else if half_full {
            self.signal.want(Wanted::LeaveFew);
        } else if log.left() >= WAKE_AT_FRAMES {
            self.signal.want(Wanted::Copy);
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

impl Signal {
    fn want(&self, wanted: Wanted) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).wanted = Some(wanted);
        self.changed.notify_one();
    }

    /// Waits until something is wanted. `None`: closed.
    fn wanted(&self) -> Option<Wanted> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_while(state, |state| state.wanted.is_none() && !state.closed);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.closed { None } else { state.wanted.take() }
    }
}

fn run(connection: &Connection, signal: &Signal) {
    while let Some(wanted) = signal.wanted() {
        let _copying = signal.copying.lock().unwrap_or_else(PoisonError::into_inner);
        let copied = report(checkpoint(connection, "PASSIVE"));
        if copied && wanted == Wanted::LeaveFew {
            leave_few(connection, signal);
        }
    }
}

/// Copies what was written while the last pass copied, which is less each time.
fn leave_few(connection: &Connection, signal: &Signal) {
    for _ in 0..MOST_PASSES {
        let Ok(log) = checkpoint(connection, "NOOP") else { return };
        if log.left() <= FEW_FRAMES {
            // What was wanted meanwhile is done, and the writer would wait for one more pass.
            signal.state.lock().unwrap_or_else(PoisonError::into_inner).wanted = None;
            signal.few_left.store(true, Ordering::Relaxed);
            return;
        }
        if !report(checkpoint(connection, "PASSIVE")) {
            return;
        }
    }
}

/// Whether a checkpoint did its work. One that fails costs nothing but a longer log; it is tried when the writer next looks.
fn report(outcome: Result<Log, StoreError>) -> bool {
    match outcome {
        Ok(log) => {
            tracing::trace!(frames = log.length, copied = log.copied, "checkpoint");
            true
        }
        Err(error) => {
            tracing::warn!(?error, "a checkpoint failed");
            false
        }
    }
}

fn checkpoint(connection: &Connection, mode: &str) -> Result<Log, StoreError> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    let mut statement = connection.prepare_cached(&sql).map_err(database_error)?;
    let log = statement.query_row([], |row| Ok(Log { length: row.get("log")?, copied: row.get("checkpointed")? }));
    log.map_err(database_error)
}
