//! What is stored under an idempotency key.

use lommebok_domain::{TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::change::NewIdempotency;
use crate::codec::record::route;
use crate::fault::StoredIdempotency;
use crate::secret::KeyedHash;

/// What counts under this key at its own time.
pub(crate) fn stored(
    connection: &Connection,
    tenant: TenantId,
    key: &NewIdempotency,
) -> rusqlite::Result<Option<StoredIdempotency>> {
    let sql = "SELECT request, subject, at FROM idempotency \
               WHERE tenant = ?1 AND psp = ?2 AND route = ?3 AND key = ?4 AND at > ?5";
    let since = key.at.plus_millis(crate::IDEMPOTENCY_LIFE_MS.saturating_neg()).as_millis();
    let params = params![tenant.get(), key.psp.get(), route(key.route), key.key.as_bytes(), since];
    let stored = connection.prepare_cached(sql)?.query_row(params, |row| {
        Ok(StoredIdempotency {
            request: KeyedHash::new(row.get(0)?),
            subject: row.get(1)?,
            at: Timestamp::from_millis(row.get(2)?),
        })
    });
    stored.optional()
}
