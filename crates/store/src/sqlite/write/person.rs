//! Phone sessions and tries of a PIN. A try is guarded by the number of tries before it, so that parallel guesses can't
//! share one.

use lommebok_domain::{TenantId, Timestamp};
use rusqlite::{Connection, params};

use super::{WriteFault, run};
use crate::change::{Committed, PinTry};
use crate::records::SessionWrite;

pub(super) fn session(
    connection: &Connection,
    tenant: TenantId,
    write: &SessionWrite,
) -> Result<Committed, WriteFault> {
    match write {
        SessionWrite::Open(session) => {
            let sql = "INSERT INTO session (token, tenant, user, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";
            let (token, user) = (session.token.as_bytes(), session.user.get());
            let (created_at, expires_at) = (session.created_at.as_millis(), session.expires_at.as_millis());
            run(connection, sql, params![token, tenant.get(), user, created_at, expires_at])?;
            let sql = "UPDATE wallet_user SET failed_tries = 0, locked_until = NULL \
                       WHERE id = ?1 AND tenant = ?2 AND (failed_tries > 0 OR locked_until IS NOT NULL)";
            run(connection, sql, params![user, tenant.get()])?;
            Ok(Committed::Done)
        }
        SessionWrite::Close(token) => {
            let sql = "DELETE FROM session WHERE token = ?1 AND tenant = ?2";
            run(connection, sql, params![token.as_bytes(), tenant.get()])?;
            Ok(Committed::Done)
        }
        SessionWrite::PurgeExpired(before) => {
            let sql = "DELETE FROM session WHERE tenant = ?1 AND expires_at < ?2";
            let removed = run(connection, sql, params![tenant.get(), before.as_millis()])?;
            Ok(Committed::Purged(u64::try_from(removed).unwrap_or(u64::MAX)))
        }
    }
}

/// Notes the try, or tells that another one came in between.
pub(super) fn pin_try(connection: &Connection, tenant: TenantId, tried: &PinTry) -> rusqlite::Result<bool> {
    let sql = "UPDATE wallet_user SET failed_tries = ?4, locked_until = ?5 \
               WHERE id = ?1 AND tenant = ?2 AND failed_tries = ?3";
    let locked_until = tried.locked_until.map(Timestamp::as_millis);
    let params = params![tried.user.get(), tenant.get(), tried.guard_failed_tries, tried.failed_tries, locked_until];
    Ok(run(connection, sql, params)? == 1)
}
