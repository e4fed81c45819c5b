//! The tables, step by step. A step is added, never changed; each runs in one transaction with the new version number.

use rusqlite::Connection;

use super::database_error;
use crate::fault::StoreError;

/// Step `n` (from 1) makes version `n`.
const STEPS: [&str; 6] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
];

/// The newest version.
pub(super) fn newest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Brings a database that was looked at to the newest version.
pub(super) fn run(connection: &Connection) -> Result<(), StoreError> {
    let found = version(connection)?;
    for (version, step) in (1_i64..).zip(STEPS) {
        if version > found {
            let script = format!("BEGIN IMMEDIATE;\n{step}\nPRAGMA user_version = {version};\nCOMMIT;");
            if let Err(error) = connection.execute_batch(&script) {
                let _rolled_back = connection.execute_batch("ROLLBACK");
                return Err(database_error(error));
            }
        }
    }
    Ok(())
}

/// The version that a database says to have.
pub(super) fn version(connection: &Connection) -> Result<i64, StoreError> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(database_error)
}

/// Takes the steps that make `version` in an empty database.
pub(super) fn steps_until(connection: &Connection, version: i64) -> Result<(), StoreError> {
    let steps = usize::try_from(version).unwrap_or(0);
    STEPS.iter().take(steps).try_for_each(|step| connection.execute_batch(step)).map_err(database_error)
}
