//! The rows of work that is due, and their leases.

use lommebok_domain::{DueKind, DueWrite, PaymentId, TenantId, Timestamp};
use rusqlite::{Connection, params};

use super::run;
use crate::change::{DueRow, LeaseWrite};
use crate::codec::payment::due_kind;

pub(super) fn set(
    connection: &Connection,
    tenant: TenantId,
    payment: PaymentId,
    (kind, at): (DueKind, Timestamp),
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO due (tenant, due_at, payment, kind) VALUES (?1, ?2, ?3, ?4)";
    run(connection, sql, params![tenant.get(), at.as_millis(), payment.get(), due_kind(kind)])?;
    Ok(())
}

pub(super) fn write(
    connection: &Connection,
    tenant: TenantId,
    payment: PaymentId,
    due: DueWrite,
) -> rusqlite::Result<()> {
    match due {
        DueWrite::Set(kind, at) => set(connection, tenant, payment, (kind, at)),
        DueWrite::Clear(kind, at) => {
            let sql = "DELETE FROM due WHERE tenant = ?1 AND due_at = ?2 AND payment = ?3 AND kind = ?4";
            run(connection, sql, params![tenant.get(), at.as_millis(), payment.get(), due_kind(kind)])?;
            Ok(())
        }
    }
}

/// Leases the rows that are there and free, and tells which.
pub(super) fn lease(connection: &Connection, tenant: TenantId, lease: &LeaseWrite) -> rusqlite::Result<Vec<DueRow>> {
    let sql = "UPDATE due SET lease_owner = ?5, lease_until = ?6 \
               WHERE tenant = ?1 AND due_at = ?2 AND payment = ?3 AND kind = ?4 \
               AND (lease_owner IS NULL OR lease_owner = ?5 OR lease_until <= ?7)";
    let mut statement = connection.prepare_cached(sql)?;
    let mut leased = Vec::with_capacity(lease.rows.len());
    for row in &lease.rows {
        let (at, payment, kind) = (row.at.as_millis(), row.payment.get(), due_kind(row.kind));
        let params = params![tenant.get(), at, payment, kind, lease.owner, lease.until_ms, lease.now_ms];
        if statement.execute(params)? == 1 {
            leased.push(*row);
        }
    }
    Ok(leased)
}

/// Leases are measured in the process time of one process: a new one knows none of them.
pub(super) fn forget_leases(connection: &Connection) -> rusqlite::Result<()> {
    let sql = "UPDATE due SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL";
    run(connection, sql, [])?;
    Ok(())
}
