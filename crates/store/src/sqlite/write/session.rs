//! Phone sessions: tries to sign in are judged and counted one after another, sessions begin and end, browsers become known.
//!
//! A wrong PIN writes the same whether a user has the number or not. A user has so many sessions and known browsers; the oldest
//! goes, by the order in which they came and not by their times, which may be the same.

use lommebok_domain::TenantId;
use rusqlite::{Connection, params};

use crate::change::Committed;
use crate::fault::{CommitFault, WriteFault};
use crate::records::{Session, SessionWrite, SignIn, TriedPin};
use crate::secret::KeyedHash;
use crate::sqlite::connections::run;
use crate::sqlite::pin_tries;

/// Sessions that one user may have.
const MAX_SESSIONS: i64 = 20;
/// Browsers of one user that are known.
const MAX_KNOWN_BROWSERS: i64 = 20;

pub(super) fn write(
    connection: &Connection,
    tenant: TenantId,
    write: &SessionWrite,
) -> Result<Result<Committed, CommitFault>, WriteFault> {
    match write {
        SessionWrite::SignIn(tried) => sign_in(connection, tenant, tried),
        SessionWrite::Close(token) => {
            let sql = "DELETE FROM session WHERE token = ?1 AND tenant = ?2";
            run(connection, sql, params![token.as_bytes(), tenant.get()])?;
            Ok(Ok(Committed::Done))
        }
    }
}

fn sign_in(
    connection: &Connection,
    tenant: TenantId,
    tried: &SignIn,
) -> Result<Result<Committed, CommitFault>, WriteFault> {
    if let Some(until) = pin_tries::locked_until(connection, &tried.from, tried.at)? {
        return Ok(Err(CommitFault::PinLocked { until }));
    }
    let sessions_ended = match &tried.pin {
        TriedPin::Wrong => {
            pin_tries::count(connection, tenant, &tried.from, tried.at)?;
            0
        }
        TriedPin::Right { session, browser } => {
            pin_tries::reset(connection, &tried.from)?;
            know(connection, session, browser)?;
            open(connection, session)?
        }
    };
    Ok(Ok(Committed::PinTried { sessions_ended }))
}

/// Begins the session, and answers how many older ones ended for it.
fn open(connection: &Connection, session: &Session) -> rusqlite::Result<u64> {
    let sql = "INSERT INTO session (token, tenant, user, created_at, expires_at, number) VALUES (?1, ?2, ?3, ?4, ?5, \
               (SELECT coalesce(max(number), 0) + 1 FROM session WHERE tenant = ?2 AND user = ?3))";
    let (token, tenant, user) = (session.token.as_bytes(), session.tenant.get(), session.user.get());
    let (created_at, expires_at) = (session.created_at.as_millis(), session.expires_at.as_millis());
    run(connection, sql, params![token, tenant, user, created_at, expires_at])?;
    let sql = "DELETE FROM session WHERE token IN \
               (SELECT token FROM session WHERE tenant = ?1 AND user = ?2 ORDER BY number DESC LIMIT -1 OFFSET ?3)";
    let ended = run(connection, sql, [tenant, user, MAX_SESSIONS])?;
    Ok(u64::try_from(ended).unwrap_or(u64::MAX))
}

/// Knows the browser from now on, or for longer.
fn know(connection: &Connection, session: &Session, browser: &KeyedHash) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO known_browser (browser, tenant, user, signed_in_at, number) VALUES (?1, ?2, ?3, ?4, \
               (SELECT coalesce(max(number), 0) + 1 FROM known_browser WHERE tenant = ?2 AND user = ?3))";
    let (tenant, user) = (session.tenant.get(), session.user.get());
    run(connection, sql, params![browser.as_bytes(), tenant, user, session.created_at.as_millis()])?;
    let sql = "DELETE FROM known_browser WHERE browser IN \
               (SELECT browser FROM known_browser WHERE tenant = ?1 AND user = ?2 ORDER BY number DESC LIMIT -1 OFFSET ?3)";
    run(connection, sql, [tenant, user, MAX_KNOWN_BROWSERS])?;
    Ok(())
}
