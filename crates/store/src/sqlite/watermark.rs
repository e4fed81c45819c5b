//! How far the database has come, as its tables say at the start; from there the writer follows it.

use lommebok_domain::{PaymentId, Timestamp};
use rusqlite::Connection;

use super::write::{self, Evidence};
use crate::batch::BatchId;
use crate::watermark::{LastChange, OlderDatabase, Watermark};

/// The highest numbers that were given or skipped. A database of an early version has skipped none.
pub(super) fn highest(connection: &Connection) -> rusqlite::Result<Watermark> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let mut numbers = [
        number("SELECT coalesce(max(id), 0) FROM initiation")?,
        number("SELECT coalesce(max(id), 0) FROM batch")?,
        write::highest_issued(connection)?,
    ];
    if connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'skipped_number'")?.exists([])? {
        let sql = "SELECT payment, batch, msn FROM skipped_number WHERE tenant = 0";
        let skipped: [i64; 3] = connection.query_row(sql, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
        for (number, skipped) in numbers.iter_mut().zip(skipped) {
            *number = skipped.max(*number);
        }
    }
    let [payment, batch, msn] = numbers;
    Ok(Watermark { payment: PaymentId::new(payment), batch: BatchId::new(batch), msn, last_change: None })
}

/// What the database lacks of what is remembered of it, if it lacks anything. Changes nothing.
pub(crate) fn older(connection: &Connection, remembered: &Watermark) -> rusqlite::Result<Option<OlderDatabase>> {
    // No table yet: it was never written.
    if !connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'initiation'")?.exists([])? {
        return Ok(None);
    }
    let found = highest(connection)?;
    let is_there = |LastChange { payment, version, change_id }: LastChange| {
        let evidence = match version {
            1 => Evidence::Initiation(payment.get()),
            _ => Evidence::Event { payment: payment.get(), version },
        };
        write::is_stored(connection, change_id, evidence)
    };
    let lacks_last_change = !remembered.last_change.map_or(Ok(true), is_there)?;
    let has_numbers =
        found.payment >= remembered.payment && found.batch >= remembered.batch && found.msn >= remembered.msn;
    if has_numbers && !lacks_last_change {
        return Ok(None);
    }
    let last_at = last_at(connection)?;
    Ok(Some(OlderDatabase { found, remembered: *remembered, lacks_last_change, last_at }))
}

/// When the last thing happened. Slow: no index knows.
fn last_at(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "SELECT max(at) FROM (SELECT max(at) AS at FROM event UNION ALL SELECT max(created_at) FROM initiation \
               UNION ALL SELECT max(accepted_at) FROM batch)";
    let at: Option<i64> = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(at.map(Timestamp::from_millis))
}
