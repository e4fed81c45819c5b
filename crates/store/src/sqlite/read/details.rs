//! What `details` shows: two short statements that read no more than that. The second runs while the first is still open, so
//! both see one moment, and the database is taken once.

use lommebok_domain::history::{self, HistoryLine};
use lommebok_domain::{Amount, MerchantOrderId, PaymentId, PspId, PspTransactionId, Sums, TenantId, Timestamp};
use rusqlite::{Connection, Row, ToSql};

use super::natural_key::{KeyReader, Sought};
use crate::codec;
use crate::records::PaymentDetails;
use crate::sqlite::keys::MAX_PROBES;
use crate::sqlite::unreadable;

/// What of a payment is shown, and where: the columns come first, then what is given.
macro_rules! select_details {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.state, p.reserved, p.captured, p.released, p.refunded, i.merchant_order_id, i.amount, ",
            "i.payment_text FROM ",
            $rest,
            " AND p.tenant = ?1 AND p.psp = ?2 AND i.psp_transaction_id = ?3"
        )
    };
}

/// What `details` shows of the PSP's payment with this id of its own.
pub(crate) fn by_transaction(
    connection: &Connection,
    keys: &KeyReader,
    owner: (TenantId, PspId),
    id: &PspTransactionId,
) -> rusqlite::Result<Option<PaymentDetails>> {
    let sought = keys.sought(owner, id);
    for number in keys.waiting_near(sought) {
        let sql = select_details!("payment p JOIN initiation i ON i.id = p.id WHERE p.id = ?4");
        let found = find(connection, sql, (sought, &[&number]))?;
        if found.is_some() {
            return Ok(found);
        }
    }
    let sql = select_details!(
        "transaction_key k JOIN payment p ON p.id = k.payment JOIN initiation i ON i.id = k.payment \
         WHERE k.hash >= ?4 AND k.hash < ?5"
    );
    find(connection, sql, (sought, &[&sought.hash, &sought.hash.saturating_add(MAX_PROBES)]))
}

fn find(
    connection: &Connection,
    sql: &str,
    (sought, places): (Sought<'_>, &[&dyn ToSql]),
) -> rusqlite::Result<Option<PaymentDetails>> {
    let (tenant, psp) = (sought.owner.0.get(), sought.owner.1.get());
    let mut statement = connection.prepare_cached(sql)?;
    let owned: [&dyn ToSql; 3] = [&tenant, &psp, &sought.id.as_str()];
    let mut rows = statement.query(rusqlite::params_from_iter(owned.iter().chain(places)))?;
    rows.next()?.map(|row| details(connection, sought.owner.0, row)).transpose()
}

fn details(connection: &Connection, tenant: TenantId, row: &Row<'_>) -> rusqlite::Result<PaymentDetails> {
    let id: i64 = row.get(0)?;
    let is_final = row.get::<_, i64>(1)? >= codec::state::FIRST_FINAL;
    let sums = Sums::from_parts(row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
    let order = MerchantOrderId::new(row.get_ref(6)?.as_str()?);
    let (Some(sums), Some(merchant_order_id), Some(amount)) = (sums, order, Amount::from_ore(row.get(7)?)) else {
        return Err(unreadable("payment", id));
    };
    let text = row.get_ref(8)?.as_str()?;
    let history = if is_final { shown(connection, tenant, PaymentId::new(id), (amount, text))? } else { Vec::new() };
    Ok(PaymentDetails { merchant_order_id, sums, history })
}

/// The lines of a payment that is over. Of its events only those are read that may show (`codec::event`: RESERVED, and
/// FAILED_CERTAIN to OPERATION_FAILED).
fn shown(
    connection: &Connection,
    tenant: TenantId,
    id: PaymentId,
    whole: (Amount, &str),
) -> rusqlite::Result<Vec<HistoryLine>> {
    let sql = "SELECT at, kind, amount, subject, card, code, text FROM event \
               WHERE payment = ?1 AND tenant = ?2 AND (kind = 3 OR kind BETWEEN 6 AND 13) ORDER BY version";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([id.get(), tenant.get()])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let kind = codec::event::kind(codec::event::EventColumns {
            kind: row.get(1)?,
            amount: row.get(2)?,
            subject: row.get(3)?,
            card: row.get(4)?,
            code: row.get(5)?,
            text: row.get(6)?,
        });
        let kind = kind.ok_or_else(|| unreadable("event", id.get()))?;
        lines.extend(history::line(whole, Timestamp::from_millis(row.get(0)?), &kind));
    }
    Ok(lines)
}
