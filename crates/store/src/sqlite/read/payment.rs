//! Payments with their terms, and their events.

use std::sync::Arc;

use lommebok_domain::{
    Amount, EntryCounts, Event, MerchantId, MerchantOrderId, Msn, Payment, PaymentId, PspId, PspTransactionId,
    ReturnId, Sums, TenantId, Terms, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::codec;
use crate::records::EventPage;
use crate::secret::Sealed;
use crate::sqlite::fault::unreadable;

/// A statement that yields payments: their columns, then what is given.
macro_rules! select_payment {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.version, p.state, p.state_at, p.card, p.user, p.prompts, p.reserved, p.captured, ",
            "p.released, p.refunded, p.notice, p.notice_at, p.waiting, p.state_data, i.tenant, i.psp, i.merchant, ",
            "i.msn, i.psp_transaction_id, i.merchant_order_id, i.amount, i.created_at, i.entrance, ",
            "i.psp_redirect_url, i.make_payment_url, i.payment_text, p.partial_operations, p.without_effect FROM ",
            $rest
        )
    };
}
pub(in crate::sqlite) use select_payment;

/// The payment with this number.
pub(crate) fn by_id(connection: &Connection, tenant: TenantId, id: PaymentId) -> rusqlite::Result<Option<Payment>> {
    let sql = select_payment!("payment p JOIN initiation i ON i.id = p.id WHERE p.id = ?1 AND p.tenant = ?2");
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], payment).optional()
}

/// Runs several reads in one transaction, which takes and gives back the file's locks once.
pub(in crate::sqlite) fn at_one_moment<T>(
    connection: &Connection,
    read: impl FnOnce() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.prepare_cached("BEGIN")?.execute([])?;
    let found = read();
    connection.prepare_cached("COMMIT")?.execute([])?;
    found
}

/// The payment whose step-up has this id in its `operations` URLs.
pub(crate) fn by_return_id(
    connection: &Connection,
    tenant: TenantId,
    return_id: ReturnId,
) -> rusqlite::Result<Option<Payment>> {
    let sql = select_payment!(
        "step_up s JOIN payment p ON p.id = s.payment JOIN initiation i ON i.id = s.payment \
         WHERE s.tenant = ?1 AND s.return_id = ?2"
    );
    let params = params![tenant.get(), return_id.get().to_be_bytes()];
    connection.prepare_cached(sql)?.query_row(params, payment).optional()
}

/// The payment's version alone.
pub(crate) fn version(connection: &Connection, tenant: TenantId, id: PaymentId) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT version FROM payment WHERE id = ?1 AND tenant = ?2";
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], |row| row.get(0)).optional()
}

/// The sealed `makePaymentToken` that came with init.
pub(crate) fn sealed_token(
    connection: &Connection,
    tenant: TenantId,
    id: PaymentId,
) -> rusqlite::Result<Option<Sealed>> {
    let sql = "SELECT sealed_make_payment_token FROM initiation WHERE id = ?1 AND tenant = ?2";
    let found = connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], |row| row.get(0)).optional()?;
    Ok(found.flatten().map(Sealed::new))
}

/// The sealed number of the customer that came with init.
pub(crate) fn sealed_number(
    connection: &Connection,
    tenant: TenantId,
    id: PaymentId,
) -> rusqlite::Result<Option<Sealed>> {
    let sql = "SELECT sealed_customer_number FROM initiation WHERE id = ?1 AND tenant = ?2";
    let found = connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], |row| row.get(0)).optional()?;
    Ok(found.flatten().map(Sealed::new))
}

/// The events up to and with `version`, oldest first. Events are only ever appended, so these are that version's.
pub(crate) fn events(
    connection: &Connection,
    tenant: TenantId,
    (id, version): (PaymentId, i64),
) -> rusqlite::Result<Vec<Event>> {
    let sql = "SELECT at, actor_kind, actor, kind, amount, subject, card, code, text FROM event \
               WHERE payment = ?1 AND version <= ?2 AND tenant = ?3 ORDER BY version";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([id.get(), version, tenant.get()], |row| event(row, id))?;
    rows.collect()
}

/// A page of the events after version `after`, oldest first: it ends by its length, or by its texts.
pub(crate) fn event_page(
    connection: &Connection,
    tenant: TenantId,
    (id, after): (PaymentId, i64),
    (limit, at_most_bytes): (u32, usize),
) -> rusqlite::Result<EventPage> {
    let sql = "SELECT at, actor_kind, actor, kind, amount, subject, card, code, text, coalesce(octet_length(text), 0), version \
               FROM event WHERE payment = ?1 AND version > ?2 AND tenant = ?3 ORDER BY version LIMIT ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![id.get(), after, tenant.get(), i64::from(limit).saturating_add(1)])?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut page, mut last, mut bytes) = (EventPage::default(), after, 0_usize);
    while let Some(row) = rows.next()? {
        // One at least: a page that is empty would never come to an end.
        if !page.events.is_empty() && (page.events.len() >= limit || bytes >= at_most_bytes) {
            page.next = Some(last);
            break;
        }
        last = row.get(10)?;
        if page.events.is_empty() {
            page.first_version = last;
        }
        bytes = bytes.saturating_add(usize::try_from(row.get::<_, i64>(9)?).unwrap_or(usize::MAX));
        page.events.push(event(row, id)?);
    }
    Ok(page)
}

/// Whether a user bound the payment by opening its link: on the landing page it is the holder of the link who binds.
pub(crate) fn was_opened_by_link(connection: &Connection, tenant: TenantId, id: PaymentId) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM event WHERE payment = ?1 AND tenant = ?2 AND kind = ?3 AND actor_kind = ?4 LIMIT 1";
    let (kind, actor) = (codec::event::BOUND, codec::event::USER);
    connection.prepare_cached(sql)?.exists(params![id.get(), tenant.get(), kind, actor])
}

fn event(row: &Row<'_>, id: PaymentId) -> rusqlite::Result<Event> {
    let actor = codec::event::read_actor(row.get(1)?, row.get(2)?);
    let kind = codec::event::kind(codec::event::EventColumns {
        kind: row.get(3)?,
        amount: row.get(4)?,
        subject: row.get(5)?,
        card: row.get(6)?,
        code: row.get(7)?,
        text: row.get(8)?,
    });
    let at = Timestamp::from_millis(row.get(0)?);
    let event = actor.zip(kind).map(|(actor, kind)| Event { at, actor, kind });
    event.ok_or_else(|| unreadable("event", id.get()))
}

/// The payment of a row of [`select_payment`].
pub(in crate::sqlite) fn payment(row: &Row<'_>) -> rusqlite::Result<Payment> {
    let id: i64 = row.get(0)?;
    let lost = || unreadable("payment", id);
    let data = row.get_ref(14)?.as_blob_or_null()?;
    let state = codec::state::state(row.get(2)?, row.get(3)?, row.get(4)?, data).ok_or_else(lost)?;
    let sums = Sums::from_parts(row.get(7)?, row.get(8)?, row.get(9)?, row.get(10)?).ok_or_else(lost)?;
    Ok(Payment {
        id: PaymentId::new(id),
        version: row.get(1)?,
        terms: Arc::new(terms(row)?.ok_or_else(|| unreadable("initiation", id))?),
        binding: codec::payment::read_binding(row.get(5)?),
        prompts: row.get(6)?,
        state,
        sums,
        notice: codec::payment::read_notice(row.get(11)?, row.get(12)?).ok_or_else(lost)?,
        waiting: row.get(13)?,
        entries: EntryCounts { partial_operations: row.get(27)?, without_effect: row.get(28)? },
    })
}

fn terms(row: &Row<'_>) -> rusqlite::Result<Option<Terms>> {
    let msn = Msn::new(row.get_ref(18)?.as_str()?);
    let transaction = PspTransactionId::new(row.get_ref(19)?.as_str()?);
    let order = MerchantOrderId::new(row.get_ref(20)?.as_str()?);
    let amount = Amount::from_ore(row.get(21)?);
    let entrance = codec::payment::read_entrance(row.get(23)?);
    let (Some(msn), Some(psp_transaction_id), Some(merchant_order_id), Some(amount), Some(entrance)) =
        (msn, transaction, order, amount, entrance)
    else {
        return Ok(None);
    };
    Ok(Some(Terms {
        tenant: TenantId::new(row.get(15)?),
        psp: PspId::new(row.get(16)?),
        merchant: MerchantId::new(row.get(17)?),
        msn,
        psp_transaction_id,
        merchant_order_id,
        amount,
        created_at: Timestamp::from_millis(row.get(22)?),
        psp_redirect_url: row.get(24)?,
        make_payment_url: row.get(25)?,
        payment_text: row.get(26)?,
        entrance,
    }))
}
