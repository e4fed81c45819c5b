//! Connections with the settings that durability and speed rest on (those of durability are read back): one that writes, one
//! that checkpoints, and a few that read. A read takes microseconds, so a caller that finds all of them busy waits.
//!
//! `foreign_keys` is off on purpose: rows are joined by numbers that the committer itself gives, nothing that another
//! row names is ever deleted, and the look-ups would cost a page each.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Params};

use super::files::{self, with_suffix};
use super::{database_error, schema};
use crate::fault::StoreError;
use crate::options::{Durability, SqliteOptions};

/// The oldest SQLite without the fault that can lose a commit of the write-ahead log.
const MIN_SQLITE: i32 = 3_051_003;
/// Statements that one connection keeps prepared.
const STATEMENTS: usize = 128;
/// How long a connection waits for a lock that another of ours holds (only a first start ever does), in ms.
const BUSY_MS: u64 = 5_000;
/// A frame of the log: a page of 4 KiB and what is said of it, bytes.
const FRAME_BYTES: i64 = 4_120;

/// SQLite's way to the operating system: the database is this process' alone (our own lock says so too, and in words), so
/// that connections share the log's index in memory and ask the kernel for no lock with each read.
const ONE_PROCESS: &str = "unix-excl";

/// Refuses a SQLite with a known fault.
pub(super) fn check_library() -> Result<(), StoreError> {
    if rusqlite::version_number() < MIN_SQLITE {
        return Err(StoreError::OldSqlite { found: rusqlite::version() });
    }
    Ok(())
}

pub(super) fn writer(path: &Path, options: &SqliteOptions) -> Result<Connection, StoreError> {
    let failed = |cause| StoreError::File { path: path.display().to_string(), cause };
    files::open_private(path).map_err(failed)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags_and_vfs(path, flags, ONE_PROCESS).map_err(database_error)?;
    // Before anything is set, for another program's database is left as it is.
    schema::look(&connection)?;
    // SQLite gives a new log what the database has; one that is there was left by a crash.
    for ours in [path, &with_suffix(path, "-wal"), &with_suffix(path, "-lock")] {
        files::make_private(ours).map_err(failed)?;
    }
    settings(&connection, options.writer_cache_kib, options.durability)?;
    // When the log is recycled its file is cut to this. Cutting what it needs again a moment later would stall the writer.
    let limit = options.max_wal_frames.saturating_mul(FRAME_BYTES);
    connection
        .pragma_update_and_check(None, "journal_size_limit", limit, |row| row.get::<_, i64>(0))
        .map_err(database_error)?;
    // Checkpoints are another connection's work.
    connection.pragma_update(None, "wal_autocheckpoint", 0).map_err(database_error)?;
    Ok(connection)
}

pub(super) fn reader(path: &Path, options: &SqliteOptions) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags_and_vfs(path, flags, ONE_PROCESS).map_err(database_error)?;
    settings(&connection, options.reader_cache_kib, options.durability)?;
    synchronous(&connection, options.durability)?;
    connection.pragma_update(None, "query_only", true).map_err(database_error)?;
    Ok(connection)
}

pub(super) fn checkpointer(path: &Path, durability: Durability) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags_and_vfs(path, flags, ONE_PROCESS).map_err(database_error)?;
    settings(&connection, 64, durability)?;
    synchronous(&connection, durability)?;
    Ok(connection)
}

fn settings(connection: &Connection, cache_kib: i64, durability: Durability) -> Result<(), StoreError> {
    connection.busy_timeout(Duration::from_millis(BUSY_MS)).map_err(database_error)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Without this, a statement that may touch a partial index is planned anew whenever a value is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(database_error)?;
    let update =
        |name: &str, value: &dyn rusqlite::ToSql| connection.pragma_update(None, name, value).map_err(database_error);
    if durability == Durability::ProcessEnd {
        // SQLite's own making of the file and its log would wait for the disk; and what is closed last may be gone already.
        update("synchronous", &"OFF")?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(database_error)?;
    }
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)).map_err(database_error)?;
    update("foreign_keys", &false)?;
    update("temp_store", &"MEMORY")?;
    update("cache_size", &cache_kib.saturating_neg())?;
    durable("journal_mode", &mode, "wal")?;
    if durability == Durability::PowerLoss { synchronous(connection, durability) } else { Ok(()) }
}

/// From now on a commit survives what it shall.
pub(super) fn synchronous(connection: &Connection, durability: Durability) -> Result<(), StoreError> {
    let (wanted, reads_back) = durability.synchronous();
    connection.pragma_update(None, "synchronous", wanted).map_err(database_error)?;
    let found: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0)).map_err(database_error)?;
    durable("synchronous", &found.to_string(), reads_back)
}

fn durable(setting: &'static str, found: &str, wanted: &'static str) -> Result<(), StoreError> {
    if found == wanted {
        return Ok(());
    }
    Err(StoreError::NotDurable { setting, found: found.to_owned(), wanted })
}

#[derive(Debug)]
pub(super) struct Readers {
    connections: Vec<Mutex<Connection>>,
    turn: AtomicUsize,
}

impl Readers {
    pub(super) fn open(path: &Path, options: &SqliteOptions) -> Result<Self, StoreError> {
        let connections = (0..options.readers.max(1)).map(|_| reader(path, options).map(Mutex::new));
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

/// Runs a prepared statement and answers how many rows it changed.
pub(super) fn run(connection: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute(params)
}
