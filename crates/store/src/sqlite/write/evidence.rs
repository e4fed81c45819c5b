//! Evidence of a change: where its id is stored. A COMMIT whose answer was lost is settled by it, for one change is proof
//! of its whole transaction.

use lommebok_domain::TenantId;
use rusqlite::{Connection, OptionalExtension, params};

use super::run;

/// Rows that keep the ids of rare changes; an older one is overwritten.
const RARE_SLOTS: u128 = 64;

/// Where a change's id is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Evidence {
    /// With the initiation of this payment.
    Initiation(i64),
    /// With this payment's event of this version.
    Event { payment: i64, version: i64 },
    /// With this batch.
    Batch(i64),
    /// In this slot of the rare changes.
    Rare(i64),
}

/// Notes a change that has no row of its own to carry its id.
pub(super) fn rare(connection: &Connection, tenant: TenantId, change_id: u128) -> rusqlite::Result<Evidence> {
    let slot = change_id.checked_rem(RARE_SLOTS).and_then(|slot| i64::try_from(slot).ok()).unwrap_or(0);
    let sql = "INSERT OR REPLACE INTO rare_change (slot, tenant, change_id) VALUES (?1, ?2, ?3)";
    run(connection, sql, params![slot, tenant.get(), change_id.to_be_bytes()])?;
    Ok(Evidence::Rare(slot))
}

pub(in crate::sqlite) fn stored(
    connection: &Connection,
    change_id: u128,
    evidence: Evidence,
) -> rusqlite::Result<bool> {
    let (sql, numbers) = match evidence {
        Evidence::Initiation(id) => ("SELECT change_id FROM initiation WHERE id = ?1 AND ?2 = 0", [id, 0]),
        Evidence::Event { payment, version } => {
            ("SELECT change_id FROM event WHERE payment = ?1 AND version = ?2", [payment, version])
        }
        Evidence::Batch(id) => ("SELECT change_id FROM batch WHERE id = ?1 AND ?2 = 0", [id, 0]),
        Evidence::Rare(slot) => ("SELECT change_id FROM rare_change WHERE slot = ?1 AND ?2 = 0", [slot, 0]),
    };
    let found: Option<Vec<u8>> = connection.prepare_cached(sql)?.query_row(numbers, |row| row.get(0)).optional()?;
    Ok(found.is_some_and(|found| found == change_id.to_be_bytes()))
}
