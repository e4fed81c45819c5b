//! Up to when business time was seen, and what is due moved when it was set back.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::super::DatabaseFault;
use crate::clock::Timestamp;

/// The latest time that was seen, if any.
pub(crate) fn seen(connection: &Connection) -> Result<Option<Timestamp>, DatabaseFault> {
    let seen = connection.query_row("SELECT seen_ms FROM time", [], |row| row.get(0)).optional()?;
    Ok(seen.map(Timestamp::from_millis))
}

/// Keeps what time was seen.
pub(crate) fn see(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), DatabaseFault> {
    let sql = "INSERT INTO time (id, seen_ms) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET seen_ms = excluded.seen_ms";
    transaction.execute(sql, [now.as_millis()])?;
    Ok(())
}

/// Moves all that is due: work, reports that wait, and the batch that is sent again.
pub(crate) fn move_all(transaction: &Transaction<'_>, by_ms: i64) -> Result<(), DatabaseFault> {
    transaction.execute("UPDATE due SET at = at + ?1", params![by_ms])?;
    transaction.execute("UPDATE report SET at = at + ?1 WHERE batch IS NULL", params![by_ms])?;
    transaction.execute("UPDATE batch SET at = at + ?1 WHERE state = 'open'", params![by_ms])?;
    Ok(())
}
