//! Idempotency keys: what counts under one, and storing it in the transaction that it protects.

use lommebok_domain::{TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::connections::run;
use crate::batch::BatchTarget;
use crate::change::{NewIdempotency, Write};
use crate::codec::codes::route;
use crate::fault::{CommitFault, StoredIdempotency};
use crate::secret::KeyedHash;

columns!(stored_columns, stored_column { idempotency { request, subject, at } });

/// What counts under this key at its own time.
pub(crate) fn stored(
    connection: &Connection,
    tenant: TenantId,
    key: &NewIdempotency,
) -> rusqlite::Result<Option<StoredIdempotency>> {
    let sql = select!(
        stored_columns,
        "FROM idempotency WHERE tenant = ?1 AND psp = ?2 AND route = ?3 AND key = ?4 AND at > ?5"
    );
    let since = key.at.plus_millis(crate::IDEMPOTENCY_LIFE_MS.saturating_neg()).as_millis();
    let params = params![tenant.get(), key.psp.get(), route(key.route), key.key.as_bytes(), since];
    let stored = connection.prepare_cached(sql)?.query_row(params, |row| {
        Ok(StoredIdempotency {
            request: KeyedHash::new(row.get(stored_column::request)?),
            subject: row.get(stored_column::subject)?,
            at: Timestamp::from_millis(row.get(stored_column::at)?),
        })
    });
    stored.optional()
}

/// Whether this kind of change stores a key with what it makes. A key of another kind would be lost.
pub(super) fn may_carry(write: &Write) -> bool {
    match write {
        Write::NewPayment(_) | Write::Merchant(_) => true,
        Write::Batch(batch) => matches!(batch.target, BatchTarget::New(_)),
        Write::Payments(writes) => !writes.is_empty(),
        Write::Session(_)
        | Write::Clock(_)
        | Write::ResetClock(_)
        | Write::Seed(_)
        | Write::Purge { .. }
        | Write::SkipNumbers(_) => false,
    }
}

/// What the key says against this change, if anything.
pub(super) fn look(
    connection: &Connection,
    tenant: TenantId,
    key: &NewIdempotency,
) -> rusqlite::Result<Option<CommitFault>> {
    let stored = stored(connection, tenant, key)?;
    Ok(stored.map(
        |stored| if stored.request == key.request { CommitFault::Replay(stored) } else { CommitFault::KeyConflict },
    ))
}

/// Stores the key for `subject`; one that no longer counts is replaced.
pub(super) fn store(
    connection: &Connection,
    tenant: TenantId,
    key: Option<&NewIdempotency>,
    subject: i64,
) -> rusqlite::Result<()> {
    let Some(key) = key else { return Ok(()) };
    let sql = "INSERT OR REPLACE INTO idempotency (tenant, psp, route, key, request, subject, at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (request, at) = (key.request.as_bytes(), key.at.as_millis());
    let route = route(key.route);
    run(connection, sql, params![tenant.get(), key.psp.get(), route, key.key.as_bytes(), request, subject, at])?;
    Ok(())
}
