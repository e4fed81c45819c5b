//! The sample PSP's files of SQLite, the only folder with SQL: one database for each of ledger, acquirer and shop, because
//! in reality they would belong to three companies.
//!
//! One connection is one writer; WAL with `synchronous=FULL`, read back at the start, so that what returned is durable.
//! Work runs on a thread that may block. A newcomer's mistake: an await inside a transaction; the closures can't.

pub(crate) mod acquirer;
pub(crate) mod ledger;
pub(crate) mod orders;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::private_file;

/// How long to wait for another process that has the file.
const BUSY_MS: u64 = 5_000;

/// A database could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseFault {
    /// The operating system refused.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// SQLite refused.
    #[error("the database refused: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A setting that durability rests on did not take.
    #[error("{setting} is {found}, and what is acknowledged would not be durable")]
    NotDurable { setting: &'static str, found: String },
    /// Written by a newer version of this program.
    #[error("the database has version {found}; this program knows {known}")]
    Newer {
        /// The file's.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The thread that did the work is gone.
    #[error("the database's thread panicked")]
    Panicked,
    /// A row does not hold what its column promises.
    #[error("a row can't be read: {0}")]
    Row(String),
}

/// One database. Cheap to clone; clones share the one writer.
#[derive(Clone, Debug)]
pub(crate) struct Database(Arc<Mutex<Connection>>);

impl Database {
    /// Opens the file at `path`, making it if there is none, and brings it up to `steps`.
    pub(crate) fn open(path: &Path, steps: &[&str]) -> Result<Self, DatabaseFault> {
        private_file::database(path)?;
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_millis(BUSY_MS))?;
        let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
        if mode != "wal" {
            return Err(DatabaseFault::NotDurable { setting: "journal_mode", found: mode });
        }
        if synchronous != 2 {
            return Err(DatabaseFault::NotDurable { setting: "synchronous", found: synchronous.to_string() });
        }
        migrate(&connection, steps)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs `work` in one transaction: all of it is durable when this returns `Ok`, or nothing of it happened.
    pub(crate) async fn write<T, W>(&self, work: W) -> Result<T, DatabaseFault>
    where
        T: Send + 'static,
        W: FnOnce(&Transaction<'_>) -> Result<T, DatabaseFault> + Send + 'static,
    {
        self.on_its_thread(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })
        .await
    }

    /// Runs `work`, which only reads.
    pub(crate) async fn read<T, W>(&self, work: W) -> Result<T, DatabaseFault>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, DatabaseFault> + Send + 'static,
    {
        self.on_its_thread(move |connection| work(connection)).await
    }

    async fn on_its_thread<T, W>(&self, work: W) -> Result<T, DatabaseFault>
    where
        T: Send + 'static,
        W: FnOnce(&mut Connection) -> Result<T, DatabaseFault> + Send + 'static,
    {
        let shared = Arc::clone(&self.0);
        let thread = tokio::task::spawn_blocking(move || {
            // A panic rolls its transaction back, so what the lock guards is sound.
            let mut connection = shared.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection)
        });
        thread.await.map_err(|_| DatabaseFault::Panicked)?
    }
}

/// Runs the steps that are missing, each with its number in one transaction. A step is added, never changed.
fn migrate(connection: &Connection, steps: &[&str]) -> Result<(), DatabaseFault> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    if found > known || found < 0 {
        return Err(DatabaseFault::Newer { found, known });
    }
    for (version, step) in (1_i64..).zip(steps) {
        if version > found {
            let script = format!("BEGIN IMMEDIATE;\n{step}\nPRAGMA user_version = {version};\nCOMMIT;");
            if let Err(error) = connection.execute_batch(&script) {
                let _rolled_back = connection.execute_batch("ROLLBACK");
                return Err(error.into());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: &str = "CREATE TABLE thing (id INTEGER PRIMARY KEY) STRICT;";

    fn count(connection: &Connection) -> Result<i64, DatabaseFault> {
        Ok(connection.query_row("SELECT count(*) FROM thing", [], |row| row.get(0))?)
    }

    #[tokio::test]
    async fn what_failed_half_way_has_not_happened() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(&directory.path().join("a.db"), &[STEP]).unwrap();
        let half = database.write(|transaction| {
            transaction.execute("INSERT INTO thing VALUES (1)", [])?;
            Err::<(), _>(DatabaseFault::Row("planted".to_owned()))
        });
        assert!(half.await.is_err());
        assert_eq!(database.read(count).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_file_of_a_newer_program_is_refused_and_an_older_one_brought_up() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.db");
        drop(Database::open(&path, &[STEP]).unwrap());
        drop(Database::open(&path, &[STEP, "CREATE TABLE other (id INTEGER) STRICT;"]).unwrap());
        let refused = Database::open(&path, &[STEP]).unwrap_err();
        assert_eq!(refused.to_string(), "the database has version 2; this program knows 1");
    }
}
