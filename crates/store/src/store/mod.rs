//! The one store: committed to by [`Store::commit`], read in place.
//!
//! One call is one moment: two reads in a row may see the work of others between them, and so may a commit after a read. On SQLite
//! a read runs in place, for microseconds, and its future is ready at once. `commit` is the only way to write.

mod batches;
mod payments;
mod people;
mod search;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::change::{Change, Committed};
use crate::committer::Committer;
use crate::fault::{CommitFault, StoreError};
use crate::options::{Rivals, StoreOptions};
use crate::sqlite::{self, CheckReport, KeyReader, watermark};
use crate::watermark::{OlderDatabase, Watermark};

/// The store. Cheap to clone; closed when the last clone goes, or by [`Store::close`].
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    committer: Committer,
    database: Database,
    rivals: Option<Rivals>,
}

enum Database {
    Sqlite(sqlite::Database),
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.committer.close();
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store(…)")
    }
}

impl Store {
    /// Opens the database, and brings its tables up to date. Blocks.
    ///
    /// # Errors
    /// When the URL is not understood, the file can't be opened or another process has it, the database is newer than this
    /// program or was written with another hash key, or its settings do not make commits durable.
    pub fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        let (database, writer) = sqlite::Database::open(options)?;
        let committer = Committer::new(writer, options);
        let (database, rivals) = (Database::Sqlite(database), options.rivals.clone());
        Ok(Self { inner: Arc::new(Inner { committer, database, rivals }) })
    }

    /// Commits a change: it is durable when this returns `Ok`. Waits for the sync that it shares with others.
    ///
    /// The change goes its way even if the caller stops waiting.
    ///
    /// # Errors
    /// A [`CommitFault`]; nothing of the change is stored then.
    pub async fn commit(&self, change: Change) -> Result<Committed, CommitFault> {
        if let Some(rivals) = &self.inner.rivals
            && let Some(stale) = change.write.payments_changed()
            && (rivals.were_faster)()
        {
            return Err(CommitFault::Stale(stale));
        }
        self.inner.committer.commit(change).await
    }

    /// Takes no more changes, commits what is queued and closes the writer. Blocks. Repeating is harmless; reads still work.
    pub fn close(&self) {
        self.inner.committer.close();
    }

    /// The same for a database that is thrown away: what is queued is not committed, and its files are left as they are.
    pub fn discard(&self) {
        self.inner.committer.discard();
    }

    /// What has become of the database's files when they are no more at their path: moved, removed, replaced. Nothing is
    /// written then. Costs two looks at the file system.
    pub fn file_fault(&self) -> Option<String> {
        self.sqlite().file_fault()
    }

    /// How far the database has come; all of it is durable. Costs nothing.
    pub fn watermark(&self) -> Watermark {
        self.sqlite().watermark()
    }

    /// What the database lacks of what is remembered of it, if it lacks anything: one that was opened without asking.
    pub fn older_than(&self, remembered: &Watermark) -> Result<Option<OlderDatabase>, StoreError> {
        self.sqlite().read(|connection| watermark::older(connection, remembered))
    }

    /// Compares everything that is stored twice, for tests and the operator. Slow: it reads the whole database.
    pub fn check(&self) -> Result<CheckReport, StoreError> {
        self.sqlite().check()
    }

    /// The same while a server is running: it reads slowly, with a connection of its own. Blocks, for long.
    ///
    /// # Errors
    /// [`StoreError::CheckEnded`] when `stop` says so, or when 1 GiB of the log could not be recycled for it.
    pub fn check_online(&self, stop: Arc<AtomicBool>) -> Result<CheckReport, StoreError> {
        self.sqlite().check_online(stop)
    }

    /// The number of rows of every table, for tests that nothing was stored. A natural key that still waits in memory
    /// counts as the row that it will be. What is committed meanwhile may be counted twice or not at all.
    pub fn row_counts(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        self.sqlite().row_counts()
    }

    /// Reads at one moment.
    async fn read<T>(&self, read: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        self.others_at_work().await;
        let read = self.sqlite().read(read);
        self.others_at_work().await;
        read
    }

    /// The same, with what finds natural keys.
    async fn read_keys<T>(
        &self,
        read: impl FnOnce(&rusqlite::Connection, &KeyReader) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.others_at_work().await;
        let read = self.sqlite().read_keys(read);
        self.others_at_work().await;
        read
    }

    async fn others_at_work(&self) {
        if let Some(rivals) = &self.inner.rivals {
            (rivals.at_work)().await;
        }
    }

    fn sqlite(&self) -> &sqlite::Database {
        let Database::Sqlite(sqlite) = &self.inner.database;
        sqlite
    }
}
