//! Due work as rows: what a payment owes, when, and how often it was tried. It moves along when business time is set back.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::super::DatabaseFault;
use crate::clock::Timestamp;
use crate::ledger::{Due, DueKind};

/// Work that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DueRow {
    pub(crate) payment: i64,
    pub(crate) kind: DueKind,
    pub(crate) tries: u32,
}

/// Replaces what a payment owed by what it owes. What it owed already keeps its row: it may have been tried, or moved.
pub(crate) fn set_due(
    transaction: &Transaction<'_>,
    payment: i64,
    before: &[Due],
    after: &[Due],
) -> Result<(), DatabaseFault> {
    for Due { kind, .. } in before.iter().filter(|due| !after.contains(due)) {
        transaction.execute("DELETE FROM due WHERE payment = ?1 AND kind = ?2", params![payment, kind.word()])?;
    }
    for Due { kind, at } in after.iter().filter(|due| !before.contains(due)) {
        let sql = "INSERT INTO due (payment, kind, at) VALUES (?1, ?2, ?3)";
        transaction.execute(sql, params![payment, kind.word(), at.as_millis()])?;
    }
    Ok(())
}

/// What is due at `now`: what the acquirer owes first, since a silent wallet must not hold it up; then the earliest first.
pub(crate) fn due_by(connection: &Connection, now: Timestamp, limit: u32) -> Result<Vec<DueRow>, DatabaseFault> {
    let sql = "SELECT payment, kind, tries FROM due WHERE at <= ?1
               ORDER BY kind NOT IN ('reversal', 'operation'), at LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![now.as_millis(), limit], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, u32>(2)?))
    })?;
    let mut due = Vec::new();
    for row in rows {
        let (payment, kind, tries) = row?;
        let kind = DueKind::from_word(&kind).ok_or_else(|| DatabaseFault::Row(format!("`{kind}` is no due work")))?;
        due.push(DueRow { payment, kind, tries });
    }
    Ok(due)
}

/// When the next work is due.
pub(crate) fn next_due(connection: &Connection) -> Result<Option<Timestamp>, DatabaseFault> {
    let at: Option<i64> = connection.query_row("SELECT min(at) FROM due", [], |row| row.get(0)).optional()?.flatten();
    Ok(at.map(Timestamp::from_millis))
}

/// Tries work again later; no row is made that is not there any more.
pub(crate) fn postpone(transaction: &Transaction<'_>, row: DueRow, at: Timestamp) -> Result<(), DatabaseFault> {
    let sql = "UPDATE due SET at = ?3, tries = tries + 1 WHERE payment = ?1 AND kind = ?2";
    transaction.execute(sql, params![row.payment, row.kind.word(), at.as_millis()])?;
    Ok(())
}

/// The latest business time that was seen, if any.
pub(crate) fn seen(connection: &Connection) -> Result<Option<Timestamp>, DatabaseFault> {
    let seen = connection.query_row("SELECT seen_ms FROM time", [], |row| row.get(0)).optional()?;
    Ok(seen.map(Timestamp::from_millis))
}

/// Keeps it.
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
