//! The check beside a server that works: a connection of its own, which rests more than it reads, and gives up before the log
//! that its snapshot keeps from being recycled grows without an end.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;

use super::natural_keys::KeyReader;
use super::{CheckReport, check, database_error, open};
use crate::fault::StoreError;

/// SQLite's instructions between two rests: about 50 microseconds' work.
const WORKS_FOR: i32 = 1_000;
/// How long it rests then, so that it takes less than half of one core.
const RESTS_FOR: Duration = Duration::from_micros(100);
/// It ends when the write-ahead log has become so long, in bytes: 1 GiB.
const LONGEST_LOG_BYTES: u64 = 1_073_741_824;
/// Its page cache, in KiB.
const CACHE_KIB: i64 = 4_096;

/// Compares everything that is stored twice, slowly. `stop` ends it before its end.
pub(super) fn run(path: &std::path::Path, keys: &KeyReader, stop: Arc<AtomicBool>) -> Result<CheckReport, StoreError> {
    let mut connection = open::reader(path, CACHE_KIB)?;
    let log = open::beside(path, "-wal");
    rests(&mut connection, log, stop).map_err(database_error)?;
    match check::run(&connection, keys) {
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
