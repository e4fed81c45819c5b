//! Payments with their terms, and their events.

use std::sync::Arc;

use lommebok_domain::{
    Amount, Event, MerchantId, MerchantOrderId, Msn, Payment, PaymentId, PspId, PspTransactionId, ReturnId, Sums,
    TenantId, Terms, Timestamp,
};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, Rows, params};

use crate::codec;
use crate::secret::Sealed;
use crate::sqlite::keys::{KeyHasher, MAX_PROBES};
use crate::sqlite::unreadable;

/// A statement that yields payments: their columns, then what is given.
macro_rules! select_payment {
    ($rest:literal) => {
        select_payment!("", $rest)
    };
    ($more:literal, $rest:literal) => {
        concat!(
            "SELECT p.id, p.version, p.state, p.state_at, p.card, p.user, p.prompts, p.reserved, p.captured, ",
            "p.released, p.refunded, p.notice, p.notice_at, p.waiting, p.state_data, i.tenant, i.psp, i.merchant, ",
            "i.msn, i.psp_transaction_id, i.merchant_order_id, i.amount, i.created_at, i.entrance, ",
            "i.psp_redirect_url, i.make_payment_url, i.payment_text",
            $more,
            " FROM ",
            $rest
        )
    };
}
pub(super) use select_payment;

/// The payment with this number.
pub(crate) fn by_id(connection: &Connection, tenant: TenantId, id: PaymentId) -> rusqlite::Result<Option<Payment>> {
    let sql = select_payment!("payment p JOIN initiation i ON i.id = p.id WHERE p.id = ?1 AND p.tenant = ?2");
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], payment).optional()
}

/// Columns of [`select_payment`] that the search for a natural key looks at.
const TENANT: usize = 15;
const PSP: usize = 16;
const PSP_TRANSACTION_ID: usize = 19;
/// The first column after a payment's own.
const PLACE: usize = 27;

/// The PSP's payment with this id of its own.
pub(crate) fn by_transaction(
    connection: &Connection,
    keys: &KeyHasher,
    owner: (TenantId, PspId),
    id: &PspTransactionId,
) -> rusqlite::Result<Option<Payment>> {
    let sql = select_payment!(
        ", k.hash",
        "transaction_key k JOIN payment p ON p.id = k.payment JOIN initiation i ON i.id = k.payment \
         WHERE k.hash >= ?1 AND k.hash < ?2 ORDER BY k.hash"
    );
    let first = keys.transaction(owner.0, owner.1, id);
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([first, first.saturating_add(MAX_PROBES)])?;
    search(&mut rows, first, (owner, id), payment)
}

/// Goes through the rows of neighbouring places, of which each may have several, and reads the first of the one key.
fn search<T>(
    rows: &mut Rows<'_>,
    first: i64,
    ((tenant, psp), id): ((TenantId, PspId), &PspTransactionId),
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    let mut next_place = first;
    while let Some(row) = rows.next()? {
        let place: i64 = row.get(PLACE)?;
        if place > next_place {
            // An empty place ends the search: the key would stand there.
            return Ok(None);
        }
        next_place = place.saturating_add(1);
        let ours = row.get::<_, i64>(TENANT)? == tenant.get() && row.get::<_, i64>(PSP)? == psp.get();
        if ours && row.get_ref(PSP_TRANSACTION_ID)?.as_str()? == id.as_str() {
            return read(row).map(Some);
        }
    }
    Ok(None)
}

/// The PSP's payments with these ids, in their order; all as they were at one moment.
pub(crate) fn by_transactions(
    connection: &Connection,
    keys: &KeyHasher,
    owner: (TenantId, PspId),
    ids: &[PspTransactionId],
) -> rusqlite::Result<Vec<Option<Payment>>> {
    at_one_moment(connection, || ids.iter().map(|id| by_transaction(connection, keys, owner, id)).collect())
}

/// The PSP's payment with this id of its own, and its events: one statement, so both are of one moment.
pub(crate) fn details(
    connection: &Connection,
    keys: &KeyHasher,
    owner: (TenantId, PspId),
    id: &PspTransactionId,
) -> rusqlite::Result<Option<(Payment, Vec<Event>)>> {
    let sql = select_payment!(
        ", k.hash, e.at, e.actor_kind, e.actor, e.kind, e.amount, e.subject, e.card, e.code, e.text",
        "transaction_key k JOIN payment p ON p.id = k.payment JOIN initiation i ON i.id = k.payment \
         LEFT JOIN event e ON e.payment = k.payment \
         WHERE k.hash >= ?1 AND k.hash < ?2 ORDER BY k.hash, e.version"
    );
    let first = keys.transaction(owner.0, owner.1, id);
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([first, first.saturating_add(MAX_PROBES)])?;
    let found = search(&mut rows, first, (owner, id), |row| {
        let payment = payment(row)?;
        let event = event_beside(row, payment.id)?;
        Ok((row.get::<_, i64>(PLACE)?, payment, event))
    })?;
    let Some((place, payment, event)) = found else { return Ok(None) };
    let mut events = Vec::from_iter(event);
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(PLACE)? != place {
            break;
        }
        events.extend(event_beside(row, payment.id)?);
    }
    Ok(Some((payment, events)))
}

/// Runs several reads in one transaction, which takes and gives back the file's locks once.
fn at_one_moment<T>(connection: &Connection, read: impl FnOnce() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
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
    let rows = statement.query_map([id.get(), version, tenant.get()], |row| event(row, EVENT_ALONE, id))?;
    rows.collect()
}

/// Where an event's columns stand: `at`, actor kind, actor, kind, amount, subject, card, code, text.
type EventPlaces = [usize; 9];
const EVENT_ALONE: EventPlaces = [0, 1, 2, 3, 4, 5, 6, 7, 8];
/// Behind a payment and the place of its key.
const EVENT_BESIDE: EventPlaces = [28, 29, 30, 31, 32, 33, 34, 35, 36];

/// The event beside a payment, if it has any.
fn event_beside(row: &Row<'_>, id: PaymentId) -> rusqlite::Result<Option<Event>> {
    let [at, ..] = EVENT_BESIDE;
    if row.get_ref(at)? == ValueRef::Null { Ok(None) } else { event(row, EVENT_BESIDE, id).map(Some) }
}

fn event(row: &Row<'_>, places: EventPlaces, id: PaymentId) -> rusqlite::Result<Event> {
    let [at, actor_kind, actor, kind, amount, subject, card, code, text] = places;
    let actor = codec::event::read_actor(row.get(actor_kind)?, row.get(actor)?);
    let kind = codec::event::kind(codec::event::EventColumns {
        kind: row.get(kind)?,
        amount: row.get(amount)?,
        subject: row.get(subject)?,
        card: row.get(card)?,
        code: row.get(code)?,
        text: row.get(text)?,
    });
    let at = Timestamp::from_millis(row.get(at)?);
    let event = actor.zip(kind).map(|(actor, kind)| Event { at, actor, kind });
    event.ok_or_else(|| unreadable("event", id.get()))
}

/// The payment of a row of [`select_payment`].
pub(super) fn payment(row: &Row<'_>) -> rusqlite::Result<Payment> {
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
