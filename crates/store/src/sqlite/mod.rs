//! Everything that is SQLite: opening, the writer, the readers, the checkpoints, the check. No other module names it.
//!
//! One connection writes (the committer's thread owns it), one checkpoints, a few read. A newcomer's mistake would be to
//! write from anywhere else, or to keep a reader's transaction open: the log could not be recycled then.

mod check;
mod checkpoint;
pub(crate) mod expiring;
mod file_watch;
mod keys;
mod migrations;
mod online_check;
mod open;
pub(crate) mod pin_tries;
mod private_file;
pub(crate) mod read;
mod readers;
mod recent_keys;
mod schema;
pub(crate) mod watermark;
mod write;

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use check::CheckReport;
pub(crate) use read::natural_key::KeyReader;
pub(crate) use write::{Evidence, WriteFault, Writer};

use crate::fault::{DatabaseError, StoreError};
use crate::options::{Access, FaultHook, StoreOptions};
use crate::watermark::Watermark;
use file_watch::FileWatch;
use keys::KeyHasher;
use readers::Readers;
use recent_keys::RecentKeys;
use write::Published;

/// The reading side of one database file.
pub(crate) struct Database {
    readers: Readers,
    keys: KeyReader,
    path: PathBuf,
    files: FileWatch,
    watermark: Published,
    fault_hook: Option<FaultHook>,
    /// Held while the database is open: one process at a time.
    _lock: File,
}

impl Database {
    /// Opens the database and its one writer.
    pub(crate) fn open(options: &StoreOptions) -> Result<(Self, Writer), StoreError> {
        let path = open::path(&options.url)?;
        open::check_library()?;
        let lock = open::lock(&path)?;
        let keys = Arc::new(KeyHasher::new(&options.hash_key, options.hash_bits));
        let connection = open::writer(&path, options.writer_cache_kib, options.max_wal_frames)?;
        if let Some(remembered) = &options.remembered
            && let Some(older) = watermark::older(&connection, remembered).map_err(database_error)?
        {
            return Err(StoreError::Older(Box::new(older)));
        }
        migrations::run(&connection)?;
        let last_change = options.remembered.and_then(|remembered| remembered.last_change);
        let highest = watermark::highest(&connection).map_err(database_error)?;
        let watermark = Published::new(Watermark { last_change, ..highest });
        keys::prove(&connection, &keys)?;
        let files = FileWatch::of(&path)?;
        let checkpointer = checkpoint::Checkpointer::start(&path, options.max_wal_frames)?;
        let fault_hook = options.fault_hook.clone();
        let recent = Arc::new(RecentKeys::default());
        let waiting = (Arc::clone(&recent), options.max_keys_waiting);
        let writer =
            Writer::new(connection, (Arc::clone(&keys), &watermark), waiting, (checkpointer, fault_hook.clone()));
        let writer = writer.map_err(database_error)?.watching(files.clone());
        let readers = Readers::open(&path, options.readers, options.reader_cache_kib)?;
        Ok((
            Self { readers, keys: KeyReader::new(keys, recent), path, files, watermark, fault_hook, _lock: lock },
            writer,
        ))
    }

    /// Runs `read` on a free reader.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.trouble()?;
        self.readers.with(read).map_err(database_error)
    }

    /// Runs `read` on a free reader with what finds natural keys.
    pub(crate) fn read_keys<T>(
        &self,
        read: impl FnOnce(&rusqlite::Connection, &KeyReader) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.trouble()?;
        self.readers.with(|connection| read(connection, &self.keys)).map_err(database_error)
    }

    /// The trouble in which a test wants reads to be.
    fn trouble(&self) -> Result<(), StoreError> {
        let why = self.fault_hook.as_ref().and_then(|hook| hook(Access::Read));
        why.map_or(Ok(()), |why| Err(StoreError::Database(DatabaseError::new(std::io::Error::other(why)))))
    }

    /// How far it has come.
    pub(crate) fn watermark(&self) -> Watermark {
        self.watermark.read()
    }

    /// What has become of the files that are open, if they are not where they were.
    pub(crate) fn file_fault(&self) -> Option<String> {
        self.files.fault()
    }

    /// Compares everything that is stored twice. Slow: it reads the whole database.
    pub(crate) fn check(&self) -> Result<CheckReport, StoreError> {
        self.read_keys(check::run)
    }

    /// The same beside a server that works; ended early by `stop`.
    pub(crate) fn check_online(&self, stop: Arc<AtomicBool>) -> Result<CheckReport, StoreError> {
        online_check::run(&self.path, &self.keys, stop)
    }
}

fn database_error(error: rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode as Code;
    let is_damaged = matches!(error.sqlite_error_code(), Some(Code::DatabaseCorrupt | Code::NotADatabase));
    let error = DatabaseError::new(error);
    if is_damaged { StoreError::Damaged(error) } else { StoreError::Database(error) }
}

/// A row that can't be what we wrote.
#[derive(Debug, thiserror::Error)]
#[error("a row of {table} is unreadable (number {number})")]
struct Unreadable {
    table: &'static str,
    number: i64,
}

fn unreadable(table: &'static str, number: i64) -> rusqlite::Error {
    let cause = Unreadable { table, number };
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Null, Box::new(cause))
}
