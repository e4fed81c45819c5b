//! Copies the write-ahead log into the database file, off the commit path: a thread with a connection of its own, while there is
//! something to copy.
//!
//! While the writer keeps writing, a checkpoint never sees the log's end, and the log would grow for ever. So the writer
//! finishes the work itself, between two commits. It is no more than an instant when little is left to copy: once the log
//! is half as long as it may become, the thread copies again and again until that is so, and then the writer finishes. At its
//! bound the writer finishes all that is left.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::{connections, database_error};
use crate::fault::StoreError;
use crate::options::{Durability, SqliteOptions};

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

/// What writer and thread know of each other.
#[derive(Debug)]
struct Shared {
    path: PathBuf,
    durability: Durability,
    /// The thread's, from its first work on. It holds it while it works.
    connection: Mutex<Option<Connection>>,
    state: Mutex<State>,
    /// Held during a checkpoint.
    copying: Mutex<()>,
    /// Few frames are left: the writer may finish.
    few_left: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    wanted: Option<Wanted>,
    has_thread: bool,
}

/// What the thread shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Copy,
    /// Copy until few frames are left.
    LeaveFew,
}

/// What makes the log short, owned by the writer.
#[derive(Debug)]
pub(super) struct Checkpointer {
    shared: Arc<Shared>,
    max_frames: i64,
    changes: usize,
}

impl Checkpointer {
    pub(super) fn new(path: &Path, options: &SqliteOptions) -> Self {
        let shared = Shared {
            path: path.to_owned(),
            durability: options.durability,
            connection: Mutex::default(),
            state: Mutex::default(),
            copying: Mutex::default(),
            few_left: AtomicBool::default(),
        };
        Self { shared: Arc::new(shared), max_frames: options.max_wal_frames, changes: 0 }
    }

    /// The writer committed `changes` changes: looks now and then whether the log is long.
    pub(super) fn committed(&mut self, writer: &Connection, changes: usize) {
        self.changes = self.changes.saturating_add(changes);
        let few_left = self.shared.few_left.swap(false, Ordering::Relaxed);
        if self.changes < LOOK_EVERY_CHANGES && !few_left {
            return;
        }
        self.changes = 0;
        let Ok(log) = checkpoint(writer, "NOOP") else { return };
        let half_full = log.length.saturating_mul(2) >= self.max_frames;
        if log.length >= self.max_frames || (half_full && few_left) {
            let _copying = self.shared.copying.lock().unwrap_or_else(PoisonError::into_inner);
            report(checkpoint(writer, "PASSIVE"));
        } else if half_full {
            self.want(Wanted::LeaveFew);
        } else if log.left() >= WAKE_AT_FRAMES {
            self.want(Wanted::Copy);
        }
    }

    /// Starts a thread for this unless one is at work, which then does this too.
    fn want(&self, wanted: Wanted) {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.wanted = Some(wanted);
        if state.has_thread {
            return;
        }
        let theirs = Arc::clone(&self.shared);
        let started = std::thread::Builder::new().name("store-checkpoint".to_owned()).spawn(move || theirs.work());
        state.has_thread = started.is_ok();
        if let Err(error) = started {
            tracing::warn!(?error, "a checkpoint failed: no thread can be started");
        }
    }

    /// Waits for the thread, which ends after its present pass, and leaves a short log behind.
    pub(super) fn close(&mut self, writer: &Connection) {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner).wanted = None;
        drop(self.shared.connection.lock().unwrap_or_else(PoisonError::into_inner).take());
        report(checkpoint(writer, "TRUNCATE"));
    }
}

impl Shared {
    /// Does what is wanted until nothing is.
    fn work(&self) {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(wanted) = self.wanted() {
            if connection.is_none() {
                *connection = connections::checkpointer(&self.path, self.durability)
                    .inspect_err(|error| tracing::warn!(?error, "a checkpoint failed"))
                    .ok();
            }
            if let Some(connection) = connection.as_ref() {
                self.copy(connection, wanted);
            }
        }
    }

    /// What is to be done. `None`: nothing, and the thread ends.
    fn wanted(&self) -> Option<Wanted> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = state.wanted.take();
        state.has_thread = wanted.is_some();
        wanted
    }

    fn copy(&self, connection: &Connection, wanted: Wanted) {
        let _copying = self.copying.lock().unwrap_or_else(PoisonError::into_inner);
        let copied = report(checkpoint(connection, "PASSIVE"));
        if copied && wanted == Wanted::LeaveFew {
            self.leave_few(connection);
        }
    }

    /// Copies what was written while the last pass copied, which is less each time.
    fn leave_few(&self, connection: &Connection) {
        for _ in 0..MOST_PASSES {
            let Ok(log) = checkpoint(connection, "NOOP") else { return };
            if log.left() <= FEW_FRAMES {
                // What was wanted meanwhile is done, and the writer would wait for one more pass.
                self.state.lock().unwrap_or_else(PoisonError::into_inner).wanted = None;
                self.few_left.store(true, Ordering::Relaxed);
                return;
            }
            if !report(checkpoint(connection, "PASSIVE")) {
                return;
            }
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
