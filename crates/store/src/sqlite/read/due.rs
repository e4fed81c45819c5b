//! Work that is due, found by its time. The list is a hint: acting on a row needs a commit with the payment's
//! version as guard.

use lommebok_domain::{PaymentId, TenantId, Timestamp};
use rusqlite::{Connection, params};

use crate::change::DueRow;
use crate::codec;
use crate::sqlite::fault::unreadable;

/// The rows due at or before `until`, earliest first.
pub(crate) fn until(
    connection: &Connection,
    tenant: TenantId,
    until: Timestamp,
    limit: u32,
) -> rusqlite::Result<Vec<DueRow>> {
    let sql = "SELECT due_at, payment, kind FROM due WHERE tenant = ?1 AND due_at <= ?2 \
               ORDER BY due_at, payment, kind LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![tenant.get(), until.as_millis(), limit], |row| {
        let payment: i64 = row.get(1)?;
        let kind = codec::payment::read_due_kind(row.get(2)?).ok_or_else(|| unreadable("due", payment))?;
        Ok(DueRow { at: Timestamp::from_millis(row.get(0)?), payment: PaymentId::new(payment), kind })
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
