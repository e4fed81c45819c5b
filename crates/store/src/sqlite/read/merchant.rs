//! Merchants by number, serial number and PSP. The logo is a read of its own, for init looks a merchant up each time.

use lommebok_domain::{MerchantId, Msn, PspId, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::codec;
use crate::records::{Address, Merchant, MerchantDetails};
use crate::sqlite::fault::unreadable;

columns!(merchant_columns, merchant_column {
    merchant {
        id, tenant, psp, msn, version, created_at, updated_at, status, may_skip_landing_page, organization_number, company_name,
        company_email, name, mcc_code, email, website, logo_url, terms_of_service_accepted, address_line_1, address_line_2, city,
        post_code, country
    }
});

pub(crate) fn by_id(connection: &Connection, tenant: TenantId, id: MerchantId) -> rusqlite::Result<Option<Merchant>> {
    let sql = select!(merchant_columns, "FROM merchant WHERE id = ?1 AND tenant = ?2");
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], merchant).optional()
}

pub(crate) fn by_msn(connection: &Connection, tenant: TenantId, msn: &Msn) -> rusqlite::Result<Option<Merchant>> {
    let sql = select!(merchant_columns, "FROM merchant WHERE tenant = ?1 AND msn = ?2");
    connection.prepare_cached(sql)?.query_row(params![tenant.get(), msn.as_str()], merchant).optional()
}

/// A PSP's merchants, oldest first, after `after`.
pub(crate) fn of_psp(
    connection: &Connection,
    tenant: TenantId,
    psp: PspId,
    after: Option<MerchantId>,
    limit: u32,
) -> rusqlite::Result<Vec<Merchant>> {
    let sql =
        select!(merchant_columns, "FROM merchant WHERE tenant = ?1 AND psp = ?2 AND id > ?3 ORDER BY id LIMIT ?4");
    let after = after.map_or(0, MerchantId::get);
    connection.prepare_cached(sql)?.query_map(params![tenant.get(), psp.get(), after, limit], merchant)?.collect()
}

/// The numbers of a tenant's merchants; at most `limit`.
pub(crate) fn ids(connection: &Connection, tenant: TenantId, limit: u32) -> rusqlite::Result<Vec<MerchantId>> {
    let sql = "SELECT id FROM merchant WHERE tenant = ?1 LIMIT ?2";
    connection
        .prepare_cached(sql)?
        .query_map(params![tenant.get(), limit], |row| row.get(0).map(MerchantId::new))?
        .collect()
}

/// A merchant's logo, base64 of a PNG.
pub(crate) fn logo(connection: &Connection, tenant: TenantId, id: MerchantId) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT logo FROM merchant_logo WHERE merchant = ?1 AND tenant = ?2";
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], |row| row.get(0)).optional()
}

fn merchant(row: &Row<'_>) -> rusqlite::Result<Merchant> {
    let id: i64 = row.get(merchant_column::id)?;
    let lost = || unreadable("merchant", id);
    let details = MerchantDetails {
        status: codec::codes::read_merchant_status(row.get(merchant_column::status)?).ok_or_else(lost)?,
        may_skip_landing_page: row.get(merchant_column::may_skip_landing_page)?,
        organization_number: row.get(merchant_column::organization_number)?,
        company_name: row.get(merchant_column::company_name)?,
        company_email: row.get(merchant_column::company_email)?,
        name: row.get(merchant_column::name)?,
        mcc_code: row.get(merchant_column::mcc_code)?,
        email: row.get(merchant_column::email)?,
        website: row.get(merchant_column::website)?,
        logo_url: row.get(merchant_column::logo_url)?,
        terms_of_service_accepted: row.get(merchant_column::terms_of_service_accepted)?,
        address: Address {
            line_1: row.get(merchant_column::address_line_1)?,
            line_2: row.get(merchant_column::address_line_2)?,
            city: row.get(merchant_column::city)?,
            post_code: row.get(merchant_column::post_code)?,
            country: row.get(merchant_column::country)?,
        },
    };
    Ok(Merchant {
        id: MerchantId::new(id),
        tenant: TenantId::new(row.get(merchant_column::tenant)?),
        psp: PspId::new(row.get(merchant_column::psp)?),
        msn: Msn::new(row.get_ref(merchant_column::msn)?.as_str()?).ok_or_else(lost)?,
        version: row.get(merchant_column::version)?,
        created_at: Timestamp::from_millis(row.get(merchant_column::created_at)?),
        updated_at: Timestamp::from_millis(row.get(merchant_column::updated_at)?),
        details,
    })
}
