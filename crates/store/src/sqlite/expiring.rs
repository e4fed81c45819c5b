//! Rows whose time is over: found by age, and removed a few at a time, so that no commit grows by them.

use lommebok_domain::{TenantId, Timestamp, wrong_pins};
use rusqlite::{Connection, OptionalExtension, params};

use crate::change::Expiring;

/// Removes some `limit` rows that expired before this time, the oldest first.
pub(super) fn purge(
    connection: &Connection,
    tenant: TenantId,
    rows: Expiring,
    before: Timestamp,
    limit: u32,
) -> rusqlite::Result<u64> {
    let sql = match rows {
        Expiring::IdempotencyKeys => {
            "DELETE FROM idempotency WHERE (tenant, psp, route, key) IN \
             (SELECT tenant, psp, route, key FROM idempotency WHERE tenant = ?1 AND at < ?2 ORDER BY at LIMIT ?3)"
        }
        Expiring::Sessions => {
            "DELETE FROM session WHERE token IN \
             (SELECT token FROM session WHERE tenant = ?1 AND expires_at < ?2 ORDER BY expires_at LIMIT ?3)"
        }
        Expiring::WrongPins => {
            "DELETE FROM pin_tries WHERE number IN \
             (SELECT number FROM pin_tries WHERE tenant = ?1 AND since < ?2 ORDER BY since LIMIT ?3)"
        }
        Expiring::KnownBrowsers => {
            "DELETE FROM known_browser WHERE browser IN \
             (SELECT browser FROM known_browser WHERE tenant = ?1 AND signed_in_at < ?2 ORDER BY signed_in_at LIMIT ?3)"
        }
        Expiring::Batches => return batches(connection, tenant, before, limit),
    };
    let params = params![tenant.get(), in_column(rows, before).as_millis(), limit];
    let removed = connection.prepare_cached(sql)?.execute(params)?;
    Ok(u64::try_from(removed).unwrap_or(u64::MAX))
}

pub(crate) fn any(
    connection: &Connection,
    tenant: TenantId,
    rows: Expiring,
    before: Timestamp,
) -> rusqlite::Result<bool> {
    let sql = match rows {
        Expiring::IdempotencyKeys => "SELECT 1 FROM idempotency WHERE tenant = ?1 AND at < ?2 LIMIT 1",
        Expiring::Sessions => "SELECT 1 FROM session WHERE tenant = ?1 AND expires_at < ?2 LIMIT 1",
        Expiring::WrongPins => "SELECT 1 FROM pin_tries WHERE tenant = ?1 AND since < ?2 LIMIT 1",
        Expiring::KnownBrowsers => "SELECT 1 FROM known_browser WHERE tenant = ?1 AND signed_in_at < ?2 LIMIT 1",
        Expiring::Batches => {
            "SELECT 1 FROM batch WHERE tenant = ?1 AND finished = 1 AND accepted_at < ?2 \
             AND id < (SELECT max(id) FROM batch) LIMIT 1"
        }
    };
    let params = params![tenant.get(), in_column(rows, before).as_millis()];
    let found = connection.prepare_cached(sql)?.query_row(params, |_| Ok(())).optional()?;
    Ok(found.is_some())
}

/// Removes batches with all that belongs to them, until about `limit` rows have gone.
fn batches(connection: &Connection, tenant: TenantId, before: Timestamp, limit: u32) -> rusqlite::Result<u64> {
    let sql = "SELECT id FROM batch WHERE tenant = ?1 AND finished = 1 AND accepted_at < ?2 \
               AND id < (SELECT max(id) FROM batch) ORDER BY accepted_at LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let expired = statement.query_map(params![tenant.get(), before.as_millis(), limit], |row| row.get(0))?;
    let expired = expired.collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut removed = 0_u64;
    for id in expired {
        for sql in [
            "DELETE FROM batch_refusal WHERE batch = ?1",
            "DELETE FROM batch_fate WHERE batch = ?1",
            "DELETE FROM batch_entries WHERE batch = ?1",
            "DELETE FROM batch WHERE id = ?1",
        ] {
            let rows = connection.prepare_cached(sql)?.execute([id])?;
            removed = removed.saturating_add(u64::try_from(rows).unwrap_or(u64::MAX));
        }
        if removed >= limit.into() {
            break;
        }
    }
    Ok(removed)
}

/// A row says when its life began, but a session's, which says when it ends; how long a batch is kept is the caller's to know.
fn in_column(rows: Expiring, before: Timestamp) -> Timestamp {
    let life_ms = match rows {
        Expiring::IdempotencyKeys => crate::IDEMPOTENCY_LIFE_MS,
        Expiring::WrongPins => wrong_pins::REMEMBERED_MS,
        Expiring::KnownBrowsers => crate::KNOWN_BROWSER_LIFE_MS,
        Expiring::Sessions | Expiring::Batches => 0,
    };
    before.plus_millis(life_ms.saturating_neg())
}
