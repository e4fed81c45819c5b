//! Phone sessions. They are opened and closed, never changed; wrong PINs are counted elsewhere, and not on disk.

use lommebok_domain::TenantId;
use rusqlite::{Connection, params};

use super::{WriteFault, run};
use crate::change::Committed;
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
            Ok(Committed::Done)
        }
        SessionWrite::Close(token) => {
            let sql = "DELETE FROM session WHERE token = ?1 AND tenant = ?2";
            run(connection, sql, params![token.as_bytes(), tenant.get()])?;
            Ok(Committed::Done)
        }
    }
}
