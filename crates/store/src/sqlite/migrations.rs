//! The tables, step by step. A step is added, never changed; each runs in one transaction with the new version number.

use rusqlite::Connection;

use super::database_error;
use crate::fault::StoreError;

/// Step `n` (from 1) makes version `n`.
const STEPS: [&str; 4] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
];

/// Brings the database to the newest version, or refuses one that is newer still.
pub(super) fn run(connection: &Connection) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(database_error)?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if found > known || found < 0 {
        return Err(StoreError::Newer { found, known });
    }
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
