//! Lists of payments, newest first, a page at a time. A page looks at a bounded number of rows, so that a rare state
//! among millions costs several short pages and never one long scan.

use lommebok_domain::{Payment, PaymentId, PspId, TenantId, Timestamp, UserId};
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
    before: Option<PaymentId>,
    limit: u32,
) -> rusqlite::Result<Page> {
    let wanted = Wanted { connection, tenant, before: before.map_or(i64::MAX, PaymentId::get), limit };
    match filter {
        PaymentFilter::All => wanted.scan(0, i64::MAX),
        PaymentFilter::State(name) => {
            let (first, last) = state::codes(name);
            wanted.scan(first, last)
        }
        PaymentFilter::NotFinal => wanted.scan(0, codes::state::FIRST_FINAL.saturating_sub(1)),
        PaymentFilter::OutcomeUnknown => {
            let sql = select!(
                payment_columns,
                "FROM payment p JOIN initiation i ON i.id = p.id WHERE p.tenant = ?1 AND p.state = ",
                code!(state FAILED_UNKNOWN),
                " AND p.id < ?2 AND ?4 = 0 ORDER BY p.id DESC LIMIT ?3"
            );
            wanted.indexed(sql, 0)
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
            wanted.indexed(sql, 0)
        }
        PaymentFilter::User(user) => {
            let sql = select!(
                payment_columns,
                "FROM payment p JOIN initiation i ON i.id = p.id WHERE p.tenant = ?1 AND p.user = ?4 AND p.user > 0 \
                 AND p.id < ?2 ORDER BY p.id DESC LIMIT ?3"
            );
            wanted.indexed(sql, user.get())
        }
        PaymentFilter::OpenOfUser(user) => wanted.open_of_user(user),
    }
}

/// The page that is wanted: at most `limit` payments of the tenant, older than `before`.
struct Wanted<'a> {
    connection: &'a Connection,
    tenant: TenantId,
    before: i64,
    limit: u32,
}

impl Wanted<'_> {
    /// By an index that holds nothing but what is wanted.
    fn indexed(&self, sql: &str, user: i64) -> rusqlite::Result<Page> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let payments = statement
            .query_map(params![self.tenant.get(), self.before, self.limit, user], payment)?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let next = payments.last().map(|last| last.id).filter(|_| self.is_full(&payments));
        Ok(Page { payments, next })
    }

    /// By the primary key, from the newest row on: those whose state has a code from `first` to `last`.
    fn scan(&self, first: i64, last: i64) -> rusqlite::Result<Page> {
        let sql =
            "SELECT id, state BETWEEN ?2 AND ?3 AND tenant = ?1 FROM payment WHERE id < ?4 ORDER BY id DESC LIMIT ?5";
        self.pick(sql, params![self.tenant.get(), first, last, self.before, MAX_SCANNED])
    }

    /// A user's payments that are not final are among the user's newest.
    fn open_of_user(&self, user: UserId) -> rusqlite::Result<Page> {
        let sql = "SELECT id, state < ?2 FROM payment WHERE tenant = ?1 AND user = ?3 AND user > 0 AND id < ?4 \
                   ORDER BY id DESC LIMIT ?5";
        let first_final = codes::state::FIRST_FINAL;
        self.pick(sql, params![self.tenant.get(), first_final, user.get(), self.before, MAX_SCANNED])
    }

    /// Reads pairs of an id and whether it is wanted until the page is full, then the payments themselves.
    fn pick(&self, sql: &str, params: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Page> {
        const ID: usize = 0;
        const IS_WANTED: usize = 1;
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let (mut ids, mut looked, mut last) = (Vec::new(), 0_i64, None);
        while !self.is_full(&ids)
            && let Some(row) = rows.next()?
        {
            let id = PaymentId::new(row.get(ID)?);
            looked = looked.saturating_add(1);
            last = Some(id);
            if row.get(IS_WANTED)? {
                ids.push(id);
            }
        }
        drop(rows);
        let next = last.filter(|_| self.is_full(&ids) || looked >= MAX_SCANNED);
        let mut payments = Vec::with_capacity(ids.len());
        for id in ids {
            payments.extend(super::payment::by_id(self.connection, self.tenant, id)?);
        }
        Ok(Page { payments, next })
    }

    fn is_full<T>(&self, found: &[T]) -> bool {
        u32::try_from(found.len()).is_ok_and(|found| found >= self.limit)
    }
}

/// How many payments failed with an unknown outcome: the length of their index.
pub(crate) fn outcome_unknown_count(connection: &Connection, tenant: TenantId) -> rusqlite::Result<u64> {
    let sql = concat!("SELECT count(*) FROM payment WHERE tenant = ?1 AND state = ", code!(state FAILED_UNKNOWN));
    let count: i64 = connection.prepare_cached(sql)?.query_row([tenant.get()], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The payments that failed with an unknown outcome, oldest first, newer than `after`.
pub(crate) fn unknown_outcomes_from(
    connection: &Connection,
    tenant: TenantId,
    after: PaymentId,
    limit: u32,
) -> rusqlite::Result<Vec<Payment>> {
    let sql = select!(
        payment_columns,
        "FROM payment p JOIN initiation i ON i.id = p.id WHERE p.tenant = ?1 AND p.state = ",
        code!(state FAILED_UNKNOWN),
        " AND p.id > ?2 ORDER BY p.id LIMIT ?3"
    );
    connection.prepare_cached(sql)?.query_map(params![tenant.get(), after.get(), limit], payment)?.collect()
}

/// When the open prompts of a PSP on a user's phone end, without that of one payment; looked for among the user's newest
/// payments.
pub(crate) fn open_prompts(
    connection: &Connection,
    tenant: TenantId,
    psp: PspId,
    user: UserId,
    without: Option<PaymentId>,
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
