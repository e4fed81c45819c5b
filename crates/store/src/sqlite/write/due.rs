//! The rows of work that is due. Their columns `lease_owner` and `lease_until` are unused.

use lommebok_domain::{DueKind, DueWrite, PaymentId, TenantId, Timestamp};
use rusqlite::{Connection, params};

use super::run;
use crate::codec::payment::due_kind;

pub(super) fn set(
    connection: &Connection,
    tenant: TenantId,
    payment: PaymentId,
    kind: DueKind,
    at: Timestamp,
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
        DueWrite::Set(kind, at) => set(connection, tenant, payment, kind, at),
        DueWrite::Clear(kind, at) => {
            let sql = "DELETE FROM due WHERE tenant = ?1 AND due_at = ?2 AND payment = ?3 AND kind = ?4";
            run(connection, sql, params![tenant.get(), at.as_millis(), payment.get(), due_kind(kind)])?;
            Ok(())
        }
    }
}
