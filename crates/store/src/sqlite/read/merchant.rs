//! Merchants by number, serial number and PSP. The logo is a read of its own, for init looks a merchant up each time.

use lommebok_domain::{MerchantId, Msn, PspId, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::codec;
use crate::records::{Address, Merchant, MerchantDetails};
use crate::sqlite::fault::unreadable;

macro_rules! select_merchant {
    ($rest:literal) => {
        concat!(
            "SELECT id, tenant, psp, msn, version, created_at, updated_at, status, may_skip_landing_page, ",
            "organization_number, company_name, company_email, name, mcc_code, email, website, logo_url, ",
            "terms_of_service_accepted, address_line_1, address_line_2, city, post_code, country FROM merchant ",
            $rest
        )
    };
}

/// The merchant with this number.
pub(crate) fn by_id(connection: &Connection, tenant: TenantId, id: MerchantId) -> rusqlite::Result<Option<Merchant>> {
    let sql = select_merchant!("WHERE id = ?1 AND tenant = ?2");
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], merchant).optional()
}

/// The merchant with this serial number.
pub(crate) fn by_msn(connection: &Connection, tenant: TenantId, msn: &Msn) -> rusqlite::Result<Option<Merchant>> {
    let sql = select_merchant!("WHERE tenant = ?1 AND msn = ?2");
    connection.prepare_cached(sql)?.query_row(params![tenant.get(), msn.as_str()], merchant).optional()
}

/// A PSP's merchants, oldest first, after `after`.
pub(crate) fn of_psp(
    connection: &Connection,
    (tenant, psp): (TenantId, PspId),
    (after, limit): (Option<MerchantId>, u32),
) -> rusqlite::Result<Vec<Merchant>> {
    let sql = select_merchant!("WHERE tenant = ?1 AND psp = ?2 AND id > ?3 ORDER BY id LIMIT ?4");
    let after = after.map_or(0, MerchantId::get);
    connection.prepare_cached(sql)?.query_map(params![tenant.get(), psp.get(), after, limit], merchant)?.collect()
}

/// A merchant's logo, base64 of a PNG.
pub(crate) fn logo(connection: &Connection, tenant: TenantId, id: MerchantId) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT logo FROM merchant_logo WHERE merchant = ?1 AND tenant = ?2";
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], |row| row.get(0)).optional()
}

fn merchant(row: &Row<'_>) -> rusqlite::Result<Merchant> {
    let id: i64 = row.get(0)?;
    let lost = || unreadable("merchant", id);
    let details = MerchantDetails {
        status: codec::record::read_merchant_status(row.get(7)?).ok_or_else(lost)?,
        may_skip_landing_page: row.get(8)?,
        organization_number: row.get(9)?,
        company_name: row.get(10)?,
        company_email: row.get(11)?,
        name: row.get(12)?,
        mcc_code: row.get(13)?,
        email: row.get(14)?,
        website: row.get(15)?,
        logo_url: row.get(16)?,
        terms_of_service_accepted: row.get(17)?,
        address: Address {
            line_1: row.get(18)?,
            line_2: row.get(19)?,
            city: row.get(20)?,
            post_code: row.get(21)?,
            country: row.get(22)?,
        },
    };
    Ok(Merchant {
        id: MerchantId::new(id),
        tenant: TenantId::new(row.get(1)?),
        psp: PspId::new(row.get(2)?),
        msn: Msn::new(row.get_ref(3)?.as_str()?).ok_or_else(lost)?,
        version: row.get(4)?,
        created_at: Timestamp::from_millis(row.get(5)?),
        updated_at: Timestamp::from_millis(row.get(6)?),
        details,
    })
}
