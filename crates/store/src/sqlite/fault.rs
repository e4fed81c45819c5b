//! What SQLite's errors mean: to a reader or an opening ([`database_error`]), and to a transaction ([`WriteFault`]).

use crate::fault::{DatabaseError, StoreError, WriteFault};

/// An error outside a transaction of the writer.
pub(super) fn database_error(error: rusqlite::Error) -> StoreError {
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

pub(super) fn unreadable(table: &'static str, number: i64) -> rusqlite::Error {
    let cause = Unreadable { table, number };
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Null, Box::new(cause))
}

impl From<rusqlite::Error> for WriteFault {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(
                Code::DiskFull
                | Code::ReadOnly
                | Code::SystemIoFailure
                | Code::CannotOpen
                | Code::DatabaseCorrupt
                | Code::NotADatabase
                | Code::DatabaseBusy
                | Code::DatabaseLocked
                | Code::OutOfMemory
                | Code::PermissionDenied,
            ) => Self::Database(text),
            Some(_) | None => Self::Row(text),
        }
    }
}

/// Something that our own code must have prevented: refused like a row.
pub(in crate::sqlite) fn broken(what: &str) -> WriteFault {
    WriteFault::Row(what.to_owned())
}
