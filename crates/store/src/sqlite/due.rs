//! Work that is due: written with the payment that needs it, found by its time. What is found is a hint: acting on a row needs a
//! commit with the payment's version as guard. The columns `lease_owner` and `lease_until` are unused.

use lommebok_domain::{DueKind, DueWrite, PaymentId, TenantId, Timestamp};
use rusqlite::{Connection, params};

use super::connections::run;
use super::fault::unreadable;
use crate::change::DueRow;
use crate::codec::codes::{due_kind, read_due_kind};

columns!(due_columns, due_column { due { due_at, payment, kind } });

/// The rows due at or before `until`, earliest first.
pub(crate) fn until(
    connection: &Connection,
    tenant: TenantId,
    until: Timestamp,
    limit: u32,
) -> rusqlite::Result<Vec<DueRow>> {
    let sql =
        select!(due_columns, "FROM due WHERE tenant = ?1 AND due_at <= ?2 ORDER BY due_at, payment, kind LIMIT ?3");
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![tenant.get(), until.as_millis(), limit], |row| {
        let payment: i64 = row.get(due_column::payment)?;
        let kind = read_due_kind(row.get(due_column::kind)?).ok_or_else(|| unreadable("due", payment))?;
        Ok(DueRow { at: Timestamp::from_millis(row.get(due_column::due_at)?), payment: PaymentId::new(payment), kind })
    })?;
    rows.collect()
}

/// When the first work after `after` becomes due.
pub(crate) fn next(connection: &Connection, tenant: TenantId, after: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "SELECT min(due_at) FROM due WHERE tenant = ?1 AND due_at > ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let next: Option<i64> = statement.query_row([tenant.get(), after.as_millis()], |row| row.get(0))?;
    Ok(next.map(Timestamp::from_millis))
}

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
