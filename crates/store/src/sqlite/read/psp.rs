//! PSPs by their credentials, and tenants.

use lommebok_domain::{PaymentId, PspId, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::codec;
use crate::records::{ClockRecord, ClockReset, Psp, Tenant};
use crate::secret::KeyedHash;
use crate::sqlite::fault::unreadable;

columns!(psp_columns, psp_column { psp { id, tenant, psp_id, name, client_id, client_secret } });

pub(crate) fn by_id(connection: &Connection, tenant: TenantId, id: PspId) -> rusqlite::Result<Option<Psp>> {
    let sql = select!(psp_columns, "FROM psp WHERE id = ?1 AND tenant = ?2");
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], psp).optional()
}

pub(crate) fn by_client_id(connection: &Connection, client_id: &KeyedHash) -> rusqlite::Result<Option<Psp>> {
    let sql = select!(psp_columns, "FROM psp WHERE client_id = ?1");
    connection.prepare_cached(sql)?.query_row([client_id.as_bytes()], psp).optional()
}

pub(crate) fn by_subscription_key(connection: &Connection, key: &KeyedHash) -> rusqlite::Result<Option<Psp>> {
    let sql = select!(psp_columns, "FROM psp JOIN subscription_key s ON s.psp = psp.id WHERE s.hash = ?1");
    connection.prepare_cached(sql)?.query_row([key.as_bytes()], psp).optional()
}

pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Psp>> {
    let sql = select!(psp_columns, "FROM psp ORDER BY id");
    connection.prepare_cached(sql)?.query_map([], psp)?.collect()
}

pub(crate) fn subscription_keys(connection: &Connection, id: PspId) -> rusqlite::Result<Vec<KeyedHash>> {
    let sql = "SELECT hash FROM subscription_key WHERE psp = ?1";
    connection.prepare_cached(sql)?.query_map([id.get()], |row| row.get(0).map(KeyedHash::new))?.collect()
}

fn psp(row: &Row<'_>) -> rusqlite::Result<Psp> {
    Ok(Psp {
        id: PspId::new(row.get(psp_column::id)?),
        tenant: TenantId::new(row.get(psp_column::tenant)?),
        psp_id: row.get(psp_column::psp_id)?,
        name: row.get(psp_column::name)?,
        client_id: KeyedHash::new(row.get(psp_column::client_id)?),
        client_secret: KeyedHash::new(row.get(psp_column::client_secret)?),
    })
}

columns!(tenant_columns, tenant_column { tenant { id, name, clock_mode, clock_offset_ms, clock_last_ms } });

pub(crate) fn tenants(connection: &Connection) -> rusqlite::Result<Vec<Tenant>> {
    let sql = select!(tenant_columns, "FROM tenant ORDER BY id");
    connection.prepare_cached(sql)?.query_map([], tenant)?.collect()
}

pub(crate) fn tenant_by_id(connection: &Connection, id: TenantId) -> rusqlite::Result<Option<Tenant>> {
    let sql = select!(tenant_columns, "FROM tenant WHERE id = ?1");
    connection.prepare_cached(sql)?.query_row([id.get()], tenant).optional()
}

columns!(reset_columns, reset_column { clock_reset { number, from_ms, to_ms, last_payment } });

/// The newest resets of a tenant's clock, newest first.
pub(crate) fn clock_resets(connection: &Connection, tenant: TenantId, limit: u32) -> rusqlite::Result<Vec<ClockReset>> {
    let sql = select!(reset_columns, "FROM clock_reset WHERE tenant = ?1 ORDER BY number DESC LIMIT ?2");
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![tenant.get(), limit], |row| {
        Ok(ClockReset {
            number: row.get(reset_column::number)?,
            from: Timestamp::from_millis(row.get(reset_column::from_ms)?),
            to: Timestamp::from_millis(row.get(reset_column::to_ms)?),
            last_payment: PaymentId::new(row.get(reset_column::last_payment)?),
        })
    })?;
    rows.collect()
}

fn tenant(row: &Row<'_>) -> rusqlite::Result<Tenant> {
    let id: i64 = row.get(tenant_column::id)?;
    let clock = ClockRecord {
        mode: codec::codes::read_clock_mode(row.get(tenant_column::clock_mode)?)
            .ok_or_else(|| unreadable("tenant", id))?,
        offset_ms: row.get(tenant_column::clock_offset_ms)?,
        last: Timestamp::from_millis(row.get(tenant_column::clock_last_ms)?),
    };
    Ok(Tenant { id: TenantId::new(id), name: row.get(tenant_column::name)?, clock })
}
