//! Everything that is SQLite: opening, the writer, the readers, the checkpoints, the check. No other module names it.
//!
//! One connection writes (the committer's thread owns it), one checkpoints, a few read. A newcomer's mistake would be to
//! write from anywhere else, or to keep a reader's transaction open: the log could not be recycled then.

#[macro_use]
mod columns;

mod check;
mod checkpoint;
mod connections;
pub(crate) mod due;
pub(crate) mod expiring;
mod fault;
mod files;
pub(crate) mod idempotency;
pub(crate) mod natural_keys;
pub(crate) mod pin_tries;
pub(crate) mod read;
mod schema;
pub(crate) mod watermark;
mod write;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use check::CheckReport;
pub(crate) use natural_keys::KeyReader;
pub(crate) use write::Writer;

use crate::fault::{DatabaseError, StoreError};
use crate::options::{Access, FaultHook, StoreOptions};
use crate::watermark::Watermark;
use connections::Readers;
use fault::database_error;
use files::FileWatch;
use natural_keys::{KeyHasher, NaturalKeys, RecentKeys};
use watermark::Published;

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
        let path = files::path(&options.url)?;
        let sqlite = &options.sqlite;
        connections::check_library()?;
        let lock = files::lock(&path)?;
        let hasher = Arc::new(KeyHasher::new(&options.hash_key, sqlite.hash_bits));
        let connection = connections::writer(&path, sqlite)?;
        if let Some(remembered) = &options.remembered
            && let Some(older) = watermark::older(&connection, remembered).map_err(database_error)?
        {
            return Err(StoreError::Older(Box::new(older)));
        }
        schema::migrate(&connection)?;
        connections::synchronous(&connection, sqlite.durability)?;
        let last_change = options.remembered.and_then(|remembered| remembered.last_change);
        let highest = watermark::highest(&connection).map_err(database_error)?;
        let watermark = Published::new(Watermark { last_change, ..highest });
        natural_keys::prove(&connection, &hasher)?;
        let files = FileWatch::of(&path)?;
        let recent = Arc::new(RecentKeys::default());
        let keys = KeyReader::new(Arc::clone(&hasher), Arc::clone(&recent));
        let natural_keys = NaturalKeys::new(hasher, recent, sqlite.max_keys_waiting);
        let checkpointer = checkpoint::Checkpointer::new(&path, sqlite);
        let fault_hook = options.fault_hook.clone();
        let writer = Writer::new(connection, natural_keys, &watermark, checkpointer, files.clone());
        let writer = writer.map_err(database_error)?.failing_by(fault_hook.clone());
        let readers = Readers::open(&path, sqlite)?;
        Ok((Self { readers, keys, path, files, watermark, fault_hook, _lock: lock }, writer))
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

    pub(crate) fn row_counts(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        self.read_keys(check::row_counts)
    }

    /// Compares everything that is stored twice. Slow: it reads the whole database.
    pub(crate) fn check(&self) -> Result<CheckReport, StoreError> {
        self.read_keys(check::run)
    }

    /// The same while a server is running; ended early by `stop`.
    pub(crate) fn check_online(&self, stop: Arc<AtomicBool>) -> Result<CheckReport, StoreError> {
        check::run_online(&self.path, &self.keys, stop)
    }
}
