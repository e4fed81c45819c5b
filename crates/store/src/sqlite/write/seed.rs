//! Seeds. What can be changed through an API afterwards (merchants) is made once and then left alone; what
//! only a seed can change (credentials, users, cards) is brought up to date.

use lommebok_domain::{PspId, TenantId, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension, params};

use super::merchant;
use crate::codec;
use crate::records::{CardDetails, ClockMode, NewPsp, NewUser, Seed, SeededMerchant};
use crate::sqlite::connections::run;

pub(super) fn seed(connection: &Connection, tenant: TenantId, seed: &Seed) -> rusqlite::Result<()> {
    let sql = "INSERT INTO tenant (id, name, clock_mode, clock_offset_ms, clock_last_ms) VALUES (?1, ?2, ?3, 0, 0) \
               ON CONFLICT (id) DO UPDATE SET name = excluded.name";
    run(connection, sql, params![tenant.get(), seed.tenant_name, codec::codes::clock_mode(ClockMode::Real)])?;
    for seeded in &seed.psps {
        release(connection, tenant, &seeded.psp.name)?;
    }
    for seeded in &seed.psps {
        let id = psp(connection, tenant, &seeded.psp)?;
        for merchant in &seeded.merchants {
            seed_merchant(connection, tenant, id, seed.at, merchant)?;
        }
    }
    for seeded in &seed.users {
        let id = user(connection, tenant, &seeded.user)?;
        for details in &seeded.cards {
            card(connection, tenant, id, details)?;
        }
    }
    Ok(())
}

/// Takes from a known PSP what it is about to be given anew, so that two of them may exchange theirs.
fn release(connection: &Connection, tenant: TenantId, name: &str) -> rusqlite::Result<()> {
    let sql = "DELETE FROM subscription_key WHERE tenant = ?1 AND psp IN \
               (SELECT id FROM psp WHERE tenant = ?1 AND name = ?2)";
    run(connection, sql, params![tenant.get(), name])?;
    let sql = "UPDATE psp SET client_id = randomblob(32), psp_id = 'released ' || id WHERE tenant = ?1 AND name = ?2";
    run(connection, sql, params![tenant.get(), name])?;
    Ok(())
}

/// A PSP is the one of its name, so that one that gets new credentials keeps its merchants and payments.
fn psp(connection: &Connection, tenant: TenantId, psp: &NewPsp) -> rusqlite::Result<PspId> {
    let (client_id, client_secret) = (psp.client_id.as_bytes(), psp.client_secret.as_bytes());
    let params = params![tenant.get(), psp.psp_id, psp.name, client_id, client_secret];
    let sql =
        "UPDATE psp SET psp_id = ?2, client_id = ?4, client_secret = ?5 WHERE tenant = ?1 AND name = ?3 RETURNING id";
    let known: Option<i64> = connection.prepare_cached(sql)?.query_row(params, |row| row.get(0)).optional()?;
    let sql = "INSERT INTO psp (tenant, psp_id, name, client_id, client_secret) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (tenant, psp_id) DO UPDATE SET name = excluded.name, client_id = excluded.client_id, \
               client_secret = excluded.client_secret RETURNING id";
    let id: i64 = match known {
        Some(id) => id,
        None => connection.prepare_cached(sql)?.query_row(params, |row| row.get(0))?,
    };
    run(connection, "DELETE FROM subscription_key WHERE tenant = ?1 AND psp = ?2", params![tenant.get(), id])?;
    for key in &psp.subscription_keys {
        let sql = "INSERT INTO subscription_key (hash, tenant, psp) VALUES (?1, ?2, ?3)";
        run(connection, sql, params![key.as_bytes(), tenant.get(), id])?;
    }
    Ok(PspId::new(id))
}

fn seed_merchant(
    connection: &Connection,
    tenant: TenantId,
    psp: PspId,
    at: Timestamp,
    seeded: &SeededMerchant,
) -> rusqlite::Result<()> {
    let sql = "UPDATE merchant SET may_skip_landing_page = ?4 WHERE tenant = ?1 AND msn = ?2 AND psp = ?3 RETURNING id";
    let skip = seeded.details.may_skip_landing_page;
    let params = params![tenant.get(), seeded.msn.as_str(), psp.get(), skip];
    let found: Option<i64> = connection.prepare_cached(sql)?.query_row(params, |row| row.get(0)).optional()?;
    if found.is_none() {
        let new = merchant::NewMerchant { psp, msn: &seeded.msn, details: &seeded.details, at };
        merchant::insert(connection, tenant, &new)?;
    }
    Ok(())
}

fn user(connection: &Connection, tenant: TenantId, user: &NewUser) -> rusqlite::Result<UserId> {
    let sql = "INSERT INTO wallet_user (tenant, name, phone, phone_sealed, pin) \
               VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (tenant, phone) DO UPDATE SET name = excluded.name, \
               phone_sealed = excluded.phone_sealed, pin = excluded.pin RETURNING id";
    let (phone, sealed, pin) = (user.phone.as_bytes(), user.phone_sealed.as_bytes(), user.pin.as_bytes());
    let params = params![tenant.get(), user.name, phone, sealed, pin];
    connection.prepare_cached(sql)?.query_row(params, |row| row.get(0)).map(UserId::new)
}

fn card(connection: &Connection, tenant: TenantId, user: UserId, card: &CardDetails) -> rusqlite::Result<()> {
    let sql = "INSERT INTO card (tenant, user, bin, last_four, scheme, kind, expiry_month, expiry_year, eligible) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (tenant, user, bin, last_four) DO UPDATE SET \
               scheme = excluded.scheme, kind = excluded.kind, expiry_month = excluded.expiry_month, \
               expiry_year = excluded.expiry_year, eligible = excluded.eligible";
    let params = params![
        tenant.get(),
        user.get(),
        card.bin,
        card.last_four,
        codec::codes::card_scheme(card.scheme),
        codec::codes::card_kind(card.kind),
        card.expiry_month,
        card.expiry_year,
        card.eligible,
    ];
    run(connection, sql, params)?;
    Ok(())
}
