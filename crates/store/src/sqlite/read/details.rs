//! What `details` and receipts show. For `details` it is one statement, which reads no more than that: a row for each event that may
//! show.

use lommebok_domain::history::{self, HistoryLine, Told};
use lommebok_domain::{Amount, MerchantOrderId, Payment, Sums, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::event::{event_column, event_columns, kind};
use crate::codec::codes::{self, code};
use crate::records::{HistoryPage, PageLimit, PaymentDetails, PaymentReceipt};
use crate::sqlite::fault::unreadable;
use crate::sqlite::natural_keys::{KeyReader, MAX_PROBES, Sought};

columns!(details_columns, details_column after event_column::version {
    i { agreed = amount, payment_text, merchant_order_id }
    p { id, state, reserved, captured, released, refunded }
});

/// The events that may show: RESERVED, and FAILED_CERTAIN to OPERATION_FAILED.
macro_rules! may_show {
    () => {
        concat!(
            "(e.kind = ", code!(event RESERVED),
            " OR e.kind BETWEEN ", code!(event FAILED_CERTAIN), " AND ", code!(event OPERATION_FAILED), ")"
        )
    };
}

/// The details of the payment that is found in `$tables` by `$key`. Of its events those are read that may show; without one, their
/// columns are NULL in one row.
macro_rules! select_details {
    ($tables:literal, $key:literal, $order:literal) => {
        concat!(
            "SELECT ",
            event_columns!(),
            ", ",
            details_columns!(),
            " FROM ",
            $tables,
            " LEFT JOIN event e ON e.payment = p.id AND e.tenant = ?1 AND ",
            may_show!(),
            " WHERE ",
            $key,
            " AND p.tenant = ?1 AND p.psp = ?2 AND i.psp_transaction_id = ?3 ORDER BY ",
            $order
        )
    };
}

/// What `details` shows of the PSP's payment with this id of its own.
pub(crate) fn by_transaction(
    connection: &Connection,
    keys: &KeyReader,
    sought: Sought<'_>,
    at_most_bytes: usize,
) -> rusqlite::Result<Option<PaymentDetails>> {
    for number in keys.waiting_near(sought) {
        let sql = select_details!("payment p JOIN initiation i ON i.id = p.id", "p.id = ?4", "e.version");
        let found = find(connection, sql, sought, &[&number], at_most_bytes)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    let sql = select_details!(
        "transaction_key k JOIN payment p ON p.id = k.payment JOIN initiation i ON i.id = k.payment",
        "k.hash >= ?4 AND k.hash < ?5",
        "k.hash, e.version"
    );
    find(connection, sql, sought, &[&sought.hash, &sought.hash.saturating_add(MAX_PROBES)], at_most_bytes)
}

/// What a line of history counts for besides its text, in bytes: its other members in JSON.
const LINE_BYTES: usize = 150;

fn find(
    connection: &Connection,
    sql: &str,
    sought: Sought<'_>,
    key: &[&dyn ToSql],
    at_most_bytes: usize,
) -> rusqlite::Result<Option<PaymentDetails>> {
    let (tenant, psp) = (sought.tenant.get(), sought.psp.get());
    let mut statement = connection.prepare_cached(sql)?;
    let owned: [&dyn ToSql; 3] = [&tenant, &psp, &sought.id.as_str()];
    let mut rows = statement.query(rusqlite::params_from_iter(owned.iter().chain(key)))?;
    let Some(first) = rows.next()? else { return Ok(None) };
    let mut found = details(first)?;
    found.history.extend(line(first)?);
    let mut bytes = 0_usize;
    while let Some(next) = rows.next()? {
        if bytes >= at_most_bytes {
            found.is_whole = false;
            break;
        }
        if let Some(line) = line(next)? {
            bytes = bytes.saturating_add(LINE_BYTES).saturating_add(line.text.len());
            found.history.push(line);
        }
    }
    Ok(Some(found))
}

/// The payment of a row, without its history.
fn details(row: &Row<'_>) -> rusqlite::Result<PaymentDetails> {
    let sums = Sums::from_parts(
        row.get(details_column::reserved)?,
        row.get(details_column::captured)?,
        row.get(details_column::released)?,
        row.get(details_column::refunded)?,
    );
    let order = MerchantOrderId::new(row.get_ref(details_column::merchant_order_id)?.as_str()?);
    let (Some(sums), Some(merchant_order_id)) = (sums, order) else {
        return Err(unreadable("payment", row.get(details_column::id)?));
    };
    Ok(PaymentDetails { merchant_order_id, sums, history: Vec::new(), is_whole: true })
}

/// The line of a row's event, if it has one that shows.
fn line(row: &Row<'_>) -> rusqlite::Result<Option<HistoryLine>> {
    if row.get::<_, Option<i64>>(event_column::kind)?.is_none() {
        return Ok(None);
    }
    let kind = kind(row)?;
    let (Some(kind), Some(amount)) = (kind, Amount::from_ore(row.get(details_column::agreed)?)) else {
        return Err(unreadable("event", row.get(details_column::id)?));
    };
    let is_final = row.get::<_, i64>(details_column::state)? >= codes::state::FIRST_FINAL;
    let told = Told { is_final, amount, payment_text: row.get_ref(details_column::payment_text)?.as_str()? };
    Ok(history::line(told, Timestamp::from_millis(row.get(event_column::at)?), &kind))
}

/// What a receipt shows of a payment, with a page of its history after version `after`: it ends by its length, or by its texts.
pub(crate) fn receipt(
    connection: &Connection,
    payment: &Payment,
    after: i64,
    limit: PageLimit,
) -> rusqlite::Result<PaymentReceipt> {
    let (id, tenant) = (payment.id.get(), payment.terms.tenant.get());
    let sql = concat!(
        "SELECT at FROM event WHERE payment = ?1 AND tenant = ?2 AND (kind = ",
        code!(event RESERVED),
        " OR kind BETWEEN ",
        code!(event FAILED_CERTAIN),
        " AND ",
        code!(event EXPIRED),
        ") ORDER BY version LIMIT 1"
    );
    let ended_at = connection.prepare_cached(sql)?.query_row([id, tenant], |row| row.get(0)).optional()?;
    let sql = concat!(
        "SELECT ",
        event_columns!(),
        " FROM event e WHERE e.payment = ?1 AND e.tenant = ?2 AND ",
        may_show!(),
        " AND e.version > ?3 ORDER BY e.version LIMIT ?4"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![id, tenant, after, i64::from(limit.rows).saturating_add(1)])?;
    let (mut history, mut last, mut count, mut bytes) = (HistoryPage::default(), after, 0_u32, 0_usize);
    while let Some(row) = rows.next()? {
        if count >= limit.rows || bytes >= limit.text_bytes {
            history.next = Some(last);
            break;
        }
        (last, count) = (row.get(event_column::version)?, count.saturating_add(1));
        let kind = kind(row)?.ok_or_else(|| unreadable("event", id))?;
        if let Some(line) =
            history::line(Told::from(payment), Timestamp::from_millis(row.get(event_column::at)?), &kind)
        {
            bytes = bytes.saturating_add(line.text.len());
            history.lines.push(line);
        }
    }
    Ok(PaymentReceipt { ended_at: ended_at.map(Timestamp::from_millis), history })
}
