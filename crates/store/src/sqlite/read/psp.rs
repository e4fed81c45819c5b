//! PSPs by their credentials, and tenants.

use lommebok_domain::{PaymentId, PspId, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::codec;
use crate::records::{ClockRecord, ClockReset, Psp, Tenant};
use crate::secret::KeyedHash;
use crate::sqlite::fault::unreadable;

/// The PSP with this number.
pub(crate) fn by_id(connection: &Connection, tenant: TenantId, id: PspId) -> rusqlite::Result<Option<Psp>> {
    let sql = "SELECT id, tenant, psp_id, name, client_id, client_secret FROM psp WHERE id = ?1 AND tenant = ?2";
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], psp).optional()
}

/// The PSP with this `client_id`.
pub(crate) fn by_client_id(connection: &Connection, client_id: &KeyedHash) -> rusqlite::Result<Option<Psp>> {
    let sql = "SELECT id, tenant, psp_id, name, client_id, client_secret FROM psp WHERE client_id = ?1";
    connection.prepare_cached(sql)?.query_row([client_id.as_bytes()], psp).optional()
}

/// The PSP with this subscription key.
pub(crate) fn by_subscription_key(connection: &Connection, key: &KeyedHash) -> rusqlite::Result<Option<Psp>> {
    let sql = "SELECT p.id, p.tenant, p.psp_id, p.name, p.client_id, p.client_secret \
               FROM subscription_key s JOIN psp p ON p.id = s.psp WHERE s.hash = ?1";
    connection.prepare_cached(sql)?.query_row([key.as_bytes()], psp).optional()
}

/// All PSPs.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Psp>> {
    let sql = "SELECT id, tenant, psp_id, name, client_id, client_secret FROM psp ORDER BY id";
    connection.prepare_cached(sql)?.query_map([], psp)?.collect()
}

/// The subscription keys of a PSP.
pub(crate) fn subscription_keys(connection: &Connection, id: PspId) -> rusqlite::Result<Vec<KeyedHash>> {
    let sql = "SELECT hash FROM subscription_key WHERE psp = ?1";
    connection.prepare_cached(sql)?.query_map([id.get()], |row| row.get(0).map(KeyedHash::new))?.collect()
}

fn psp(row: &Row<'_>) -> rusqlite::Result<Psp> {
    Ok(Psp {
        id: PspId::new(row.get(0)?),
        tenant: TenantId::new(row.get(1)?),
        psp_id: row.get(2)?,
        name: row.get(3)?,
        client_id: KeyedHash::new(row.get(4)?),
        client_secret: KeyedHash::new(row.get(5)?),
    })
}

/// All tenants.
pub(crate) fn tenants(connection: &Connection) -> rusqlite::Result<Vec<Tenant>> {
    let sql = "SELECT id, name, clock_mode, clock_offset_ms, clock_last_ms FROM tenant ORDER BY id";
    connection.prepare_cached(sql)?.query_map([], tenant)?.collect()
}

/// The tenant with this number.
pub(crate) fn tenant_by_id(connection: &Connection, id: TenantId) -> rusqlite::Result<Option<Tenant>> {
    let sql = "SELECT id, name, clock_mode, clock_offset_ms, clock_last_ms FROM tenant WHERE id = ?1";
    connection.prepare_cached(sql)?.query_row([id.get()], tenant).optional()
}

/// The newest resets of a tenant's clock, newest first.
pub(crate) fn clock_resets(connection: &Connection, tenant: TenantId, limit: u32) -> rusqlite::Result<Vec<ClockReset>> {
    let sql =
        "SELECT number, from_ms, to_ms, last_payment FROM clock_reset WHERE tenant = ?1 ORDER BY number DESC LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![tenant.get(), limit], |row| {
        Ok(ClockReset {
            number: row.get(0)?,
            from: Timestamp::from_millis(row.get(1)?),
            to: Timestamp::from_millis(row.get(2)?),
            last_payment: PaymentId::new(row.get(3)?),
        })
    })?;
    rows.collect()
}

fn tenant(row: &Row<'_>) -> rusqlite::Result<Tenant> {
    let id: i64 = row.get(0)?;
    let clock = ClockRecord {
        mode: codec::record::read_clock_mode(row.get(2)?).ok_or_else(|| unreadable("tenant", id))?,
        offset_ms: row.get(3)?,
        last: Timestamp::from_millis(row.get(4)?),
    };
    Ok(Tenant { id: TenantId::new(id), name: row.get(1)?, clock })
}
