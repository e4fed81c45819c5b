//! Compares everything that is stored twice: sums and counts with the fold of the events, versions with their number, states with
//! the last event, due rows and waiting entries with what the payment says, natural keys with their texts, and what became
//! of the entries of a request (`batches`).

mod batches;
mod payments;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;

use super::natural_keys::{KeyReader, KeyTable, Waiting};
use super::{connections, database_error, files};
use crate::fault::StoreError;
use crate::options::SqliteOptions;

/// Faults that a report names, at most.
const MAX_FAULTS: usize = 1_000;
/// SQLite's instructions between two rests: about 50 microseconds' work.
const WORKS_FOR: i32 = 1_000;
/// How long it rests then, so that it takes less than half of one core.
const RESTS_FOR: Duration = Duration::from_micros(100);
/// It ends when the write-ahead log has become so long, in bytes: 1 GiB.
const LONGEST_LOG_BYTES: u64 = 1_073_741_824;
/// Its page cache, in KiB.
const CACHE_KIB: i64 = 4_096;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Payments that were looked at.
    pub payments: u64,
    /// What is wrong, at most 1,000 lines. Empty: all is well.
    pub faults: Vec<String>,
}

/// Reads the whole database in one transaction.
pub(in crate::sqlite) fn run(connection: &Connection, keys: &KeyReader) -> rusqlite::Result<CheckReport> {
    // The first read begins the snapshot.
    let begin = || connection.execute_batch("BEGIN; SELECT 1 FROM merged_keys");
    let report = keys.waiting_while(begin).and_then(|waiting| look(connection, keys, waiting));
    connection.execute_batch("COMMIT")?;
    report
}

/// The same while a server is running: with a connection of its own, which rests more than it reads, and ends when `stop` says
/// so or before the log, which can't be recycled meanwhile, grows without an end.
pub(in crate::sqlite) fn run_online(
    path: &Path,
    keys: &KeyReader,
    stop: Arc<AtomicBool>,
) -> Result<CheckReport, StoreError> {
    let options = SqliteOptions { reader_cache_kib: CACHE_KIB, ..SqliteOptions::default() };
    let mut connection = connections::reader(path, &options)?;
    let log = files::with_suffix(path, "-wal");
    rests(&mut connection, log, stop).map_err(database_error)?;
    match run(&connection, keys) {
        Err(fault) if fault.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) => {
            Err(StoreError::CheckEnded)
        }
        report => report.map_err(database_error),
    }
}

fn rests(connection: &mut Connection, log: PathBuf, stop: Arc<AtomicBool>) -> rusqlite::Result<()> {
    let is_over = move || {
        std::thread::sleep(RESTS_FOR);
        let too_long = std::fs::metadata(&log).is_ok_and(|log| log.len() > LONGEST_LOG_BYTES);
        too_long || stop.load(Ordering::Relaxed)
    };
    connection.progress_handler(WORKS_FOR, Some(is_over))
}

fn look(connection: &Connection, keys: &KeyReader, waiting: Waiting) -> rusqlite::Result<CheckReport> {
    let mut report = CheckReport::default();
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    for line in statement.query_map([], |row| row.get::<_, String>(0))? {
        let line = line?;
        if line != "ok" {
            report.faults.push(format!("integrity_check: {line}"));
        }
    }
    counts(connection, &mut report)?;
    key_counts(connection, &waiting, &mut report)?;
    batches::look(connection, &mut report.faults)?;
    payments::look(connection, keys, waiting, &mut report)?;
    report.faults.truncate(MAX_FAULTS);
    Ok(report)
}

/// Rows that belong to no payment show in the totals.
fn counts(connection: &Connection, report: &mut CheckReport) -> rusqlite::Result<()> {
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let payments = count("SELECT count(*) FROM payment")?;
    report.payments = u64::try_from(payments).unwrap_or(0);
    let initiations = count("SELECT count(*) FROM initiation")?;
    if initiations != payments {
        report.faults.push(format!("initiation has {initiations} rows for {payments} payments"));
    }
    let versions = count("SELECT coalesce(sum(version - 1), 0) FROM payment")?;
    let events = count("SELECT count(*) FROM event")?;
    if versions != events {
        report.faults.push(format!("event has {events} rows for {versions} versions"));
    }
    Ok(())
}

/// Each payment has one key of each kind, in its table or in memory.
fn key_counts(connection: &Connection, waiting: &Waiting, report: &mut CheckReport) -> rusqlite::Result<()> {
    let sql = "SELECT count(*) FROM payment WHERE id <= ?1";
    let payments: i64 = connection.query_row(sql, [waiting.known_through], |row| row.get(0))?;
    for table in [KeyTable::Transaction, KeyTable::Order] {
        let name = table.name();
        let mut keys: i64 = connection.query_row(&format!("SELECT count(*) FROM {name}"), [], |row| row.get(0))?;
        let mut is_there = connection.prepare(&format!("SELECT 1 FROM {name} WHERE hash = ?1"))?;
        for slot in waiting.keys.keys().filter(|slot| slot.table == table) {
            // One that left memory while this looked is in both.
            if !is_there.exists([slot.at])? {
                keys = keys.saturating_add(1);
            }
        }
        if keys != payments {
            report.faults.push(format!("{name} and memory have {keys} keys for {payments} payments"));
        }
    }
    Ok(())
}

/// The rows of every table, by its name. A natural key that waits in memory counts as the row that it will be.
pub(crate) fn row_counts(connection: &Connection, keys: &KeyReader) -> rusqlite::Result<BTreeMap<String, u64>> {
    let mut rows = keys.waiting_by_table();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let names = connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    for name in names {
        let written =
            connection.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get::<_, i64>(0))?;
        let count = rows.entry(name).or_default();
        *count = count.saturating_add(u64::try_from(written).unwrap_or(0));
    }
    Ok(rows)
}
