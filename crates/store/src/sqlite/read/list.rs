//! Lists of payments, newest first, a page at a time. A page looks at a bounded number of rows, so that a rare state
//! among millions costs several short pages and never one long scan.

use lommebok_domain::{PaymentId, PspId, TenantId, Timestamp, UserId};
use rusqlite::{Connection, params};

use super::payment::{payment, payment_columns};
use crate::codec::codes::{self, code};
use crate::codec::state;
use crate::records::{Page, PaymentFilter};

/// Rows that one page looks at, at most.
const MAX_SCANNED: i64 = 5_000;
/// Newest payments of a user among which open prompts are looked for.
const PROMPTS_SCANNED: i64 = 500;

/// A page of the payments that `filter` lets through, older than `before`.
pub(crate) fn page(
    connection: &Connection,
    tenant: TenantId,
    filter: PaymentFilter,
    (before, limit): (Option<PaymentId>, u32),
) -> rusqlite::Result<Page> {
    let before = before.map_or(i64::MAX, PaymentId::get);
    match filter {
        PaymentFilter::All => scan(connection, tenant, (0, i64::MAX), (before, limit)),
        PaymentFilter::State(name) => scan(connection, tenant, state::codes(name), (before, limit)),
        PaymentFilter::NotFinal => {
            scan(connection, tenant, (0, codes::state::FIRST_FINAL.saturating_sub(1)), (before, limit))
        }
        PaymentFilter::OutcomeUnknown => {
            let sql = select!(
                payment_columns,
                "FROM payment p JOIN initiation i ON i.id = p.id WHERE p.tenant = ?1 AND p.state = ",
                code!(state FAILED_UNKNOWN),
                " AND p.id < ?2 AND ?4 = 0 ORDER BY p.id DESC LIMIT ?3"
            );
            indexed(connection, sql, tenant, (0, before, limit))
        }
        PaymentFilter::NoticeGivenUp => {
            let sql = select!(
                payment_columns,
                "FROM payment p JOIN initiation i ON i.id = p.id WHERE p.tenant = ?1 AND p.notice BETWEEN ",
                code!(notice GIVEN_UP),
                " AND ",
                code!(notice GIVEN_UP_TIMEOUT),
                " AND p.id < ?2 AND ?4 = 0 ORDER BY p.id DESC LIMIT ?3"
            );
            indexed(connection, sql, tenant, (0, before, limit))
        }
        PaymentFilter::User(user) => {
            let sql = select!(
                payment_columns,
                "FROM payment p JOIN initiation i ON i.id = p.id WHERE p.tenant = ?1 AND p.user = ?4 AND p.user > 0 \
                 AND p.id < ?2 ORDER BY p.id DESC LIMIT ?3"
            );
            indexed(connection, sql, tenant, (user.get(), before, limit))
        }
        PaymentFilter::OpenOfUser(user) => open_of_user(connection, tenant, user.get(), (before, limit)),
    }
}

/// How many payments failed with an unknown outcome: the length of their index.
pub(crate) fn outcome_unknown_count(connection: &Connection, tenant: TenantId) -> rusqlite::Result<u64> {
    let sql = concat!("SELECT count(*) FROM payment WHERE tenant = ?1 AND state = ", code!(state FAILED_UNKNOWN));
    let count: i64 = connection.prepare_cached(sql)?.query_row([tenant.get()], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// A page by an index that holds nothing but what is wanted.
fn indexed(
    connection: &Connection,
    sql: &str,
    tenant: TenantId,
    (user, before, limit): (i64, i64, u32),
) -> rusqlite::Result<Page> {
    let mut statement = connection.prepare_cached(sql)?;
    let payments = statement
        .query_map(params![tenant.get(), before, limit, user], payment)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let full = u32::try_from(payments.len()).is_ok_and(|found| found >= limit);
    let next = payments.last().map(|last| last.id).filter(|_| full);
    Ok(Page { payments, next })
}

/// A page by the primary key: looks at rows from the newest on.
fn scan(
    connection: &Connection,
    tenant: TenantId,
    (first, last): (i64, i64),
    (before, limit): (i64, u32),
) -> rusqlite::Result<Page> {
    let sql = "SELECT id, state BETWEEN ?2 AND ?3 AND tenant = ?1 FROM payment WHERE id < ?4 ORDER BY id DESC LIMIT ?5";
    let params = params![tenant.get(), first, last, before, MAX_SCANNED];
    gather(connection, tenant, (sql, params), limit)
}

/// A user's payments that are not final are among the user's newest.
fn open_of_user(
    connection: &Connection,
    tenant: TenantId,
    user: i64,
    (before, limit): (i64, u32),
) -> rusqlite::Result<Page> {
    let sql = "SELECT id, state < ?2 FROM payment WHERE tenant = ?1 AND user = ?3 AND user > 0 AND id < ?4 \
               ORDER BY id DESC LIMIT ?5";
    let params = params![tenant.get(), codes::state::FIRST_FINAL, user, before, MAX_SCANNED];
    gather(connection, tenant, (sql, params), limit)
}

/// When the open prompts of a PSP on a user's phone end, without that of one payment; looked for among the user's newest
/// payments.
pub(crate) fn open_prompts(
    connection: &Connection,
    (tenant, psp): (TenantId, PspId),
    (user, without): (UserId, Option<PaymentId>),
) -> rusqlite::Result<Vec<Timestamp>> {
    const IS_OPEN: usize = 0;
    const ENDS_AT: usize = 1;
    let sql = "SELECT psp = ?3 AND state = ?4 AND state_data IS NULL AND id <> ?6, state_at FROM payment \
               WHERE tenant = ?1 AND user = ?2 AND user > 0 ORDER BY id DESC LIMIT ?5";
    let (waiting, without) = (codes::state::AWAITING_APPROVAL, without.map_or(0, PaymentId::get));
    let params = params![tenant.get(), user.get(), psp.get(), waiting, PROMPTS_SCANNED, without];
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut ends = Vec::new();
    while let Some(row) = rows.next()? {
        if row.get::<_, bool>(IS_OPEN)? {
            ends.push(Timestamp::from_millis(row.get(ENDS_AT)?));
        }
    }
    Ok(ends)
}

/// Reads (id, wanted) pairs until `limit` are wanted, then the payments themselves.
fn gather(
    connection: &Connection,
    tenant: TenantId,
    (sql, params): (&str, &[&dyn rusqlite::ToSql]),
    limit: u32,
) -> rusqlite::Result<Page> {
    const ID: usize = 0;
    const IS_WANTED: usize = 1;
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let (mut wanted, mut looked, mut last) = (Vec::new(), 0_i64, None);
    let mut full = false;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(ID)?;
        looked = looked.saturating_add(1);
        last = Some(PaymentId::new(id));
        if row.get::<_, bool>(IS_WANTED)? {
            wanted.push(PaymentId::new(id));
            full = u32::try_from(wanted.len()).is_ok_and(|found| found >= limit);
        }
        if full {
            break;
        }
    }
    drop(rows);
    let mut payments = Vec::with_capacity(wanted.len());
    for id in wanted {
        payments.extend(super::payment::by_id(connection, tenant, id)?);
    }
    let next = last.filter(|_| full || looked >= MAX_SCANNED);
    Ok(Page { payments, next })
}
