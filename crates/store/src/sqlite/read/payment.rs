//! Payments with their terms, by number and by what leads to one, and what was sealed at init.

use std::sync::Arc;

use lommebok_domain::{
    Amount, EntryCounts, MerchantId, MerchantOrderId, Msn, Payment, PaymentId, PspId, PspTransactionId, ReturnId, Sums,
    TenantId, Terms, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::codec;
use crate::secret::Sealed;
use crate::sqlite::fault::unreadable;

columns!(payment_columns, payment_column {
    p {
        id, version, state, state_at, card, user, prompts, reserved, captured, released, refunded, notice, notice_at, waiting,
        state_data, partial_operations, without_effect
    }
    i {
        tenant, psp, merchant, msn, psp_transaction_id, merchant_order_id, amount, created_at, entrance, psp_redirect_url,
        make_payment_url, payment_text
    }
});

#[expect(clippy::single_component_path_imports, reason = "a macro of this file is handed on no other way")]
pub(in crate::sqlite) use payment_columns;

pub(crate) fn by_id(connection: &Connection, tenant: TenantId, id: PaymentId) -> rusqlite::Result<Option<Payment>> {
    let sql =
        select!(payment_columns, "FROM payment p JOIN initiation i ON i.id = p.id WHERE p.id = ?1 AND p.tenant = ?2");
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
    let sql = select!(
        payment_columns,
        "FROM step_up s JOIN payment p ON p.id = s.payment JOIN initiation i ON i.id = s.payment \
         WHERE s.tenant = ?1 AND s.return_id = ?2"
    );
    let params = params![tenant.get(), return_id.get().to_be_bytes()];
    connection.prepare_cached(sql)?.query_row(params, payment).optional()
}

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

/// The payment of a row of `payment_columns`.
pub(in crate::sqlite) fn payment(row: &Row<'_>) -> rusqlite::Result<Payment> {
    let id: i64 = row.get(payment_column::id)?;
    let lost = || unreadable("payment", id);
    let data = row.get_ref(payment_column::state_data)?.as_blob_or_null()?;
    let state = codec::state::state(
        row.get(payment_column::state)?,
        row.get(payment_column::state_at)?,
        row.get(payment_column::card)?,
        data,
    )
    .ok_or_else(lost)?;
    let sums = Sums::from_parts(
        row.get(payment_column::reserved)?,
        row.get(payment_column::captured)?,
        row.get(payment_column::released)?,
        row.get(payment_column::refunded)?,
    )
    .ok_or_else(lost)?;
    Ok(Payment {
        id: PaymentId::new(id),
        version: row.get(payment_column::version)?,
        terms: Arc::new(terms(row)?.ok_or_else(|| unreadable("initiation", id))?),
        binding: codec::payment::read_binding(row.get(payment_column::user)?),
        prompts: row.get(payment_column::prompts)?,
        state,
        sums,
        notice: codec::payment::read_notice(row.get(payment_column::notice)?, row.get(payment_column::notice_at)?)
            .ok_or_else(lost)?,
        waiting: row.get(payment_column::waiting)?,
        entries: EntryCounts {
            partial_operations: row.get(payment_column::partial_operations)?,
            without_effect: row.get(payment_column::without_effect)?,
        },
    })
}

fn terms(row: &Row<'_>) -> rusqlite::Result<Option<Terms>> {
    let msn = Msn::new(row.get_ref(payment_column::msn)?.as_str()?);
    let transaction = PspTransactionId::new(row.get_ref(payment_column::psp_transaction_id)?.as_str()?);
    let order = MerchantOrderId::new(row.get_ref(payment_column::merchant_order_id)?.as_str()?);
    let amount = Amount::from_ore(row.get(payment_column::amount)?);
    let entrance = codec::codes::read_entrance(row.get(payment_column::entrance)?);
    let (Some(msn), Some(psp_transaction_id), Some(merchant_order_id), Some(amount), Some(entrance)) =
        (msn, transaction, order, amount, entrance)
    else {
        return Ok(None);
    };
    Ok(Some(Terms {
        tenant: TenantId::new(row.get(payment_column::tenant)?),
        psp: PspId::new(row.get(payment_column::psp)?),
        merchant: MerchantId::new(row.get(payment_column::merchant)?),
        msn,
        psp_transaction_id,
        merchant_order_id,
        amount,
        created_at: Timestamp::from_millis(row.get(payment_column::created_at)?),
        psp_redirect_url: row.get(payment_column::psp_redirect_url)?,
        make_payment_url: row.get(payment_column::make_payment_url)?,
        payment_text: row.get(payment_column::payment_text)?,
        entrance,
    }))
}
