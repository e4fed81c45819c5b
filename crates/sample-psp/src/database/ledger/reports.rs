//! The outbox: reports wait in the order in which things happened, and go in batches that are repeated under one key.
//!
//! One batch is open at a time; the next begins when it has been taken, so that no report overtakes another.

use lommebok_sdk::{Amount, Status};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::super::DatabaseFault;
use crate::clock::Timestamp;
use crate::ledger::{Report, status_word};

/// Reports that go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) made_at: Timestamp,
    pub(crate) tries: u32,
    pub(crate) reports: Vec<ReportRow>,
}

/// One report of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportRow {
    pub(crate) payment: i64,
    pub(crate) psp_transaction_id: String,
    pub(crate) report: Report,
}

/// Puts a report into the outbox, to go at `at`.
pub(crate) fn queue(
    transaction: &Transaction<'_>,
    payment: i64,
    report: Report,
    at: Timestamp,
) -> Result<(), DatabaseFault> {
    let sql = "INSERT INTO report (payment, status, amount, failed, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let Report { status, amount, failed } = report;
    transaction.execute(sql, params![payment, status_word(status), amount.as_ore(), failed, at.as_millis()])?;
    Ok(())
}

/// The batch to send now: the open one if its time has come, or a new one under `key` of what is due.
pub(crate) fn next_batch(
    transaction: &Transaction<'_>,
    now: Timestamp,
    key: &str,
    most: u32,
) -> Result<Option<Batch>, DatabaseFault> {
    let sql = "SELECT id, key, made_at, at, tries FROM batch WHERE state = 'open'";
    let open = transaction.query_row(sql, [], |row| {
        let at = Timestamp::from_millis(row.get(3)?);
        let made_at = Timestamp::from_millis(row.get(2)?);
        Ok((at, Batch { id: row.get(0)?, key: row.get(1)?, made_at, tries: row.get(4)?, reports: Vec::new() }))
    });
    if let Some((at, mut batch)) = open.optional()? {
        batch.reports = of_batch(transaction, batch.id)?;
        return Ok((at <= now).then_some(batch));
    }
    let sql = "SELECT id, alone FROM report WHERE batch IS NULL AND at <= ?1 ORDER BY id LIMIT ?2";
    let mut statement = transaction.prepare_cached(sql)?;
    let rows = statement.query_map(params![now.as_millis(), most], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let waiting: Vec<(i64, bool)> = rows.collect::<Result<_, _>>()?;
    let Some((_, first_is_alone)) = waiting.first() else { return Ok(None) };
    let together = if *first_is_alone { 1 } else { waiting.iter().take_while(|(_, alone)| !alone).count() };
    let sql = "INSERT INTO batch (key, made_at, at, state) VALUES (?1, ?2, ?2, 'open')";
    transaction.execute(sql, params![key, now.as_millis()])?;
    let id = transaction.last_insert_rowid();
    for (report, _) in waiting.iter().take(together) {
        transaction.execute("UPDATE report SET batch = ?2 WHERE id = ?1", [*report, id])?;
    }
    let reports = of_batch(transaction, id)?;
    Ok(Some(Batch { id, key: key.to_owned(), made_at: now, tries: 0, reports }))
}

/// Tries a batch again later.
pub(crate) fn postpone_batch(transaction: &Transaction<'_>, id: i64, at: Timestamp) -> Result<(), DatabaseFault> {
    transaction.execute("UPDATE batch SET at = ?2, tries = tries + 1 WHERE id = ?1", params![id, at.as_millis()])?;
    Ok(())
}

/// Ends a batch: `accepted` or `refused`.
pub(crate) fn close(transaction: &Transaction<'_>, id: i64, state: &str) -> Result<(), DatabaseFault> {
    transaction.execute("UPDATE batch SET state = ?2 WHERE id = ?1", params![id, state])?;
    Ok(())
}

/// A refused batch is split: each report goes alone, so that the bad one is found and holds up no other.
pub(crate) fn split(transaction: &Transaction<'_>, id: i64) -> Result<(), DatabaseFault> {
    transaction.execute("UPDATE report SET batch = NULL, alone = 1 WHERE batch = ?1", [id])?;
    close(transaction, id, "split")
}

/// When the next batch is to go.
pub(crate) fn next_report(connection: &Connection) -> Result<Option<Timestamp>, DatabaseFault> {
    let open = connection.query_row("SELECT at FROM batch WHERE state = 'open'", [], |row| row.get::<_, i64>(0));
    if let Some(at) = open.optional()? {
        return Ok(Some(Timestamp::from_millis(at)));
    }
    let first = "SELECT min(at) FROM report WHERE batch IS NULL";
    let at: Option<i64> = connection.query_row(first, [], |row| row.get(0))?;
    Ok(at.map(Timestamp::from_millis))
}

/// How many reports of a payment the wallet has not taken.
pub(crate) fn owed(connection: &Connection, payment: i64) -> Result<u32, DatabaseFault> {
    let sql = "SELECT count(*) FROM report LEFT JOIN batch ON batch.id = report.batch
               WHERE report.payment = ?1 AND coalesce(batch.state, 'open') = 'open'";
    Ok(connection.query_row(sql, [payment], |row| row.get(0))?)
}

fn of_batch(connection: &Connection, batch: i64) -> Result<Vec<ReportRow>, DatabaseFault> {
    let sql = "SELECT payment.id, psp_transaction_id, status, amount, failed
               FROM report JOIN payment ON payment.id = report.payment WHERE batch = ?1 ORDER BY report.id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([batch], |row| {
        let texts = (row.get::<_, String>(1)?, row.get::<_, String>(2)?);
        Ok((row.get::<_, i64>(0)?, texts, row.get::<_, i64>(3)?, row.get::<_, bool>(4)?))
    })?;
    let mut reports = Vec::new();
    for row in rows {
        let (payment, (psp_transaction_id, status), amount, failed) = row?;
        let bad = |what: &str| DatabaseFault::Row(format!("a report of payment {payment} has no {what}"));
        let status = status_of(&status).ok_or_else(|| bad("status"))?;
        let amount = Amount::ore(amount).map_err(|_| bad("amount"))?;
        reports.push(ReportRow { payment, psp_transaction_id, report: Report { status, amount, failed } });
    }
    Ok(reports)
}

const STATUSES: [Status; 4] = [Status::Reserved, Status::Captured, Status::Cancelled, Status::Refunded];

fn status_of(text: &str) -> Option<Status> {
    STATUSES.into_iter().find(|status| status_word(*status) == text)
}
