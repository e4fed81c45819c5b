//! Merchants: new ones, with a serial number issued when none is given, and changes.

use lommebok_domain::{MerchantId, Msn, PspId, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Applied, Writer};
use crate::change::{Change, Committed};
use crate::codec;
use crate::fault::{CommitFault, WriteFault};
use crate::records::{MerchantDetails, MerchantWrite};
use crate::sqlite::connections::run;
use crate::sqlite::fault::broken;
use crate::sqlite::idempotency;
use crate::sqlite::watermark::{FIRST_ISSUED, LAST_ISSUED};

impl Writer {
    pub(super) fn merchant(&mut self, change: &Change, write: &MerchantWrite) -> Result<Applied, WriteFault> {
        let connection = &self.connection;
        let (id, msn) = match write {
            MerchantWrite::New { psp, msn, details, logo, at } => {
                let msn = match msn {
                    Some(msn) if exists(connection, change.tenant, msn)? => {
                        return Ok(Err(CommitFault::MsnExists));
                    }
                    Some(msn) => msn.clone(),
                    None => issue(connection, change.tenant)?,
                };
                let id = insert(connection, change.tenant, &NewMerchant { psp: *psp, msn: &msn, details, at: *at })?;
                keep_logo(connection, change.tenant, id, logo.as_deref())?;
                (id, msn)
            }
            MerchantWrite::Update { id, guard_version, details, logo, at } => {
                if !update(connection, change.tenant, &Guard { id: *id, version: *guard_version }, details, *at)? {
                    return Ok(Err(CommitFault::Stale(Vec::new())));
                }
                keep_logo(connection, change.tenant, *id, logo.as_deref())?;
                let sql = "SELECT msn FROM merchant WHERE id = ?1";
                let msn: String = connection.prepare_cached(sql)?.query_row([id.get()], |row| row.get(0))?;
                (*id, Msn::new(&msn).ok_or_else(|| broken("a stored serial number breaks its rule"))?)
            }
        };
        idempotency::store(connection, change.tenant, change.idempotency.as_ref(), id.get())?;
        self.next_watermark.issued(issued_number(&msn));
        self.rare(change, Committed::Merchant(msn))
    }
}

fn exists(connection: &Connection, tenant: TenantId, msn: &Msn) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM merchant WHERE tenant = ?1 AND msn = ?2";
    let found = connection.prepare_cached(sql)?.query_row(params![tenant.get(), msn.as_str()], |_| Ok(()));
    Ok(found.optional()?.is_some())
}

/// The serial number as one that could have been issued; 0 for one that could not.
fn issued_number(msn: &Msn) -> i64 {
    let number = msn.as_str().parse().ok().filter(|_| msn.as_str().len() == 6);
    number.filter(|number| (FIRST_ISSUED..LAST_ISSUED).contains(number)).unwrap_or(0)
}

/// One more than the highest of six digits that was given or skipped so far, if it is at least the first that is issued.
fn issue(connection: &Connection, tenant: TenantId) -> Result<Msn, WriteFault> {
    let sql = "SELECT max(msn) FROM merchant WHERE tenant = ?1 AND length(msn) = 6 AND msn >= ?2 AND msn < ?3";
    let (first, last) = (FIRST_ISSUED.to_string(), LAST_ISSUED.to_string());
    let highest: Option<String> =
        connection.prepare_cached(sql)?.query_row(params![tenant.get(), first, last], |row| row.get(0))?;
    let sql = "SELECT max(msn) FROM skipped_number WHERE tenant = 0";
    let skipped: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    let last = highest.and_then(|highest| highest.parse::<i64>().ok()).unwrap_or(0).max(skipped);
    let next = last.saturating_add(1).max(FIRST_ISSUED);
    let msn = Msn::new(&next.to_string()).filter(|_| next <= LAST_ISSUED);
    match msn {
        Some(msn) if !exists(connection, tenant, &msn)? => Ok(msn),
        Some(_) | None => Err(broken("no serial number is left")),
    }
}

/// A merchant to be inserted.
pub(super) struct NewMerchant<'a> {
    pub(super) psp: PspId,
    pub(super) msn: &'a Msn,
    pub(super) details: &'a MerchantDetails,
    pub(super) at: Timestamp,
}

/// Which merchant is changed, and from which version.
struct Guard {
    id: MerchantId,
    version: i64,
}

/// Inserts a merchant with version 1.
pub(super) fn insert(connection: &Connection, tenant: TenantId, new: &NewMerchant<'_>) -> rusqlite::Result<MerchantId> {
    let sql = "INSERT INTO merchant (tenant, psp, msn, version, status, may_skip_landing_page, organization_number, \
               company_name, company_email, name, mcc_code, email, website, logo_url, terms_of_service_accepted, \
               address_line_1, address_line_2, city, post_code, country, created_at, updated_at) \
               VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?20)";
    let NewMerchant { psp, msn, details, at } = new;
    let address = &details.address;
    let params = params![
        tenant.get(),
        psp.get(),
        msn.as_str(),
        codec::codes::merchant_status(details.status),
        details.may_skip_landing_page,
        details.organization_number,
        details.company_name,
        details.company_email,
        details.name,
        details.mcc_code,
        details.email,
        details.website,
        details.logo_url,
        details.terms_of_service_accepted,
        address.line_1,
        address.line_2,
        address.city,
        address.post_code,
        address.country,
        at.as_millis(),
    ];
    run(connection, sql, params)?;
    Ok(MerchantId::new(connection.last_insert_rowid()))
}

fn update(
    connection: &Connection,
    tenant: TenantId,
    guard: &Guard,
    details: &MerchantDetails,
    at: Timestamp,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE merchant SET version = version + 1, status = ?4, may_skip_landing_page = ?5, \
               organization_number = ?6, company_name = ?7, company_email = ?8, name = ?9, mcc_code = ?10, \
               email = ?11, website = ?12, logo_url = ?13, terms_of_service_accepted = ?14, address_line_1 = ?15, \
               address_line_2 = ?16, city = ?17, post_code = ?18, country = ?19, updated_at = ?20 \
               WHERE id = ?1 AND tenant = ?2 AND version = ?3";
    let address = &details.address;
    let params = params![
        guard.id.get(),
        tenant.get(),
        guard.version,
        codec::codes::merchant_status(details.status),
        details.may_skip_landing_page,
        details.organization_number,
        details.company_name,
        details.company_email,
        details.name,
        details.mcc_code,
        details.email,
        details.website,
        details.logo_url,
        details.terms_of_service_accepted,
        address.line_1,
        address.line_2,
        address.city,
        address.post_code,
        address.country,
        at.as_millis(),
    ];
    Ok(run(connection, sql, params)? == 1)
}

fn keep_logo(
    connection: &Connection,
    tenant: TenantId,
    merchant: MerchantId,
    logo: Option<&str>,
) -> rusqlite::Result<()> {
    let Some(logo) = logo else { return Ok(()) };
    let sql = "INSERT OR REPLACE INTO merchant_logo (merchant, tenant, logo) VALUES (?1, ?2, ?3)";
    run(connection, sql, params![merchant.get(), tenant.get(), logo])?;
    Ok(())
}
