//! Idempotency keys, in the transaction that they protect.

use lommebok_domain::TenantId;
use rusqlite::{Connection, params};

use super::run;
use crate::batch::BatchTarget;
use crate::change::{NewIdempotency, Write};
use crate::codec::record::route;
use crate::fault::CommitFault;
use crate::sqlite::read;

/// Whether this kind of change stores a key with what it makes. Another one's would be lost.
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
    let stored = read::idempotency::stored(connection, tenant, key)?;
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
