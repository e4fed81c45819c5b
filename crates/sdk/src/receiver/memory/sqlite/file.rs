//! The file and its statements. Only the memory's thread uses it.

use std::path::Path;

use rusqlite::{Connection, Error, ErrorCode, OptionalExtension as _, params};

use super::super::Version;
use crate::receiver::BoxError;

/// The form of the table; a file with a higher one is not touched.
const FORM: i64 = 1;
/// A settled payment is remembered this long: 30 days. The wallet says nothing about one after an hour.
const KEPT_FOR_S: i64 = 30 * 24 * 60 * 60;

/// An open file.
#[derive(Debug)]
pub(super) struct File(Connection);

/// Why a file can't be used.
#[derive(Debug, thiserror::Error)]
enum OpenFault {
    #[error("another process uses {0}: a receiver's memory has one user")]
    InUse(String),
    #[error("{path} has form {form}, and this version knows only up to {FORM}")]
    Newer { path: String, form: i64 },
}

impl File {
    pub(super) fn open(path: &Path) -> Result<Self, BoxError> {
        let connection = Connection::open(path)?;
        let shown = path.display().to_string();
        match take(&connection) {
            Err(Error::SqliteFailure(failure, _)) if failure.code == ErrorCode::DatabaseBusy => {
                return Err(OpenFault::InUse(shown).into());
            }
            other => other?,
        }
        let form: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if form > FORM {
            return Err(OpenFault::Newer { path: shown, form }.into());
        }
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS make_payment_record (
                psp_transaction_id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                is_unsettled INTEGER NOT NULL,
                record TEXT NOT NULL,
                saved_at INTEGER NOT NULL
            ) WITHOUT ROWID;
            CREATE INDEX IF NOT EXISTS unsettled ON make_payment_record (psp_transaction_id) WHERE is_unsettled = 1;
            PRAGMA user_version = 1;",
        )?;
        connection.execute(
            "DELETE FROM make_payment_record WHERE is_unsettled = 0 AND saved_at < unixepoch() - ?1",
            [KEPT_FOR_S],
        )?;
        Ok(Self(connection))
    }

    /// Runs `work` in a transaction that is durable when this returns.
    pub(super) fn transaction(&self, work: impl FnOnce()) -> Result<(), Error> {
        self.0.execute_batch("BEGIN IMMEDIATE")?;
        work();
        self.0.execute_batch("COMMIT").inspect_err(|_| {
            // A transaction that could not be kept must not stay open; if it is gone already, that is as good.
            drop(self.0.execute_batch("ROLLBACK"));
        })
    }

    pub(super) fn load(&self, id: &str) -> Result<Option<(String, Version)>, Error> {
        self.0
            .prepare_cached("SELECT record, version FROM make_payment_record WHERE psp_transaction_id = ?1")?
            .query_row([id], |row| Ok((row.get(0)?, Version::try_from(row.get::<_, i64>(1)?).unwrap_or_default())))
            .optional()
    }

    /// `false` when there is a record already.
    pub(super) fn insert(&self, id: &str, record: &str, is_unsettled: bool) -> Result<bool, Error> {
        let changed = self
            .0
            .prepare_cached(
                "INSERT INTO make_payment_record (psp_transaction_id, version, is_unsettled, record, saved_at)
                VALUES (?1, 1, ?2, ?3, unixepoch()) ON CONFLICT DO NOTHING",
            )?
            .execute(params![id, is_unsettled, record])?;
        Ok(changed == 1)
    }

    /// `false` when the record has another version.
    pub(super) fn replace(&self, id: &str, record: &str, is_unsettled: bool, version: Version) -> Result<bool, Error> {
        let version = i64::try_from(version).unwrap_or(i64::MAX);
        let changed = self
            .0
            .prepare_cached(
                "UPDATE make_payment_record
                SET version = version + 1, is_unsettled = ?2, record = ?3, saved_at = unixepoch()
                WHERE psp_transaction_id = ?1 AND version = ?4",
            )?
            .execute(params![id, is_unsettled, record, version])?;
        Ok(changed == 1)
    }

    pub(super) fn unsettled(&self) -> Result<Vec<String>, Error> {
        self.0
            .prepare_cached("SELECT psp_transaction_id FROM make_payment_record WHERE is_unsettled = 1")?
            .query_map([], |row| row.get(0))?
            .collect()
    }
}

/// Takes the file for this process alone and makes what is written to it durable.
fn take(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(std::time::Duration::ZERO)?;
    let _mode: String = connection.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |row| row.get(0))?;
    let _mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    connection.execute_batch("PRAGMA synchronous = FULL; BEGIN IMMEDIATE; COMMIT;")
}
