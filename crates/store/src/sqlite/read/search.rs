//! What a search compares of payments: a range of them at a time, each without its long texts.

use lommebok_domain::{Amount, Cause, MerchantId, PaymentId, PspId, PspTransactionId, TenantId, Timestamp, UserId};
use rusqlite::{Connection, Row, params};

use crate::codec;
use crate::codec::codes::{notice, state};
use crate::records::{Comparable, Standing};
use crate::secret::Sealed;
use crate::sqlite::fault::unreadable;

columns!(standing_columns, standing_column { p { id, state, user, notice, state_data } });
columns!(comparable_columns, comparable_column after standing_column::state_data {
    i { psp, merchant, amount, created_at, psp_transaction_id, sealed_customer_number }
});

/// The payments from number `from` on and before `before`, oldest first.
pub(crate) fn comparable(
    connection: &Connection,
    tenant: TenantId,
    from: PaymentId,
    before: PaymentId,
) -> rusqlite::Result<Vec<Comparable>> {
    let sql = select!(
        standing_columns + comparable_columns,
        "FROM payment p JOIN initiation i ON i.id = p.id WHERE p.id >= ?2 AND p.id < ?3 AND p.tenant = ?1 ORDER BY p.id"
    );
    let params = params![tenant.get(), from.get(), before.get()];
    connection.prepare_cached(sql)?.query_map(params, compared)?.collect()
}

/// How far these payments have come: of each what may change.
pub(crate) fn standings(
    connection: &Connection,
    tenant: TenantId,
    from: PaymentId,
    before: PaymentId,
) -> rusqlite::Result<Vec<(PaymentId, Standing)>> {
    let sql =
        select!(standing_columns, "FROM payment p WHERE p.id >= ?2 AND p.id < ?3 AND p.tenant = ?1 ORDER BY p.id");
    let params = params![tenant.get(), from.get(), before.get()];
    let standing = |row: &Row<'_>| Ok((PaymentId::new(row.get(standing_column::id)?), standing(row)?));
    connection.prepare_cached(sql)?.query_map(params, standing)?.collect()
}

/// The newest payment before `before`, of whatever tenant.
pub(crate) fn newest_before(connection: &Connection, before: PaymentId) -> rusqlite::Result<Option<PaymentId>> {
    let sql = "SELECT max(id) FROM payment WHERE id < ?1";
    let newest: Option<i64> = connection.prepare_cached(sql)?.query_row([before.get()], |row| row.get(0))?;
    Ok(newest.map(PaymentId::new))
}

fn compared(row: &Row<'_>) -> rusqlite::Result<Comparable> {
    let id: i64 = row.get(standing_column::id)?;
    let lost = || unreadable("initiation", id);
    let sealed: Option<Vec<u8>> = row.get(comparable_column::sealed_customer_number)?;
    let named = match sealed {
        None => None,
        Some(sealed) => {
            let named = row.get_ref(comparable_column::psp_transaction_id)?.as_str()?;
            Some((PspTransactionId::new(named).ok_or_else(lost)?, Sealed::new(sealed)))
        }
    };
    Ok(Comparable {
        id: PaymentId::new(id),
        psp: PspId::new(row.get(comparable_column::psp)?),
        merchant: MerchantId::new(row.get(comparable_column::merchant)?),
        amount: Amount::from_ore(row.get(comparable_column::amount)?).ok_or_else(lost)?,
        created_at: Timestamp::from_millis(row.get(comparable_column::created_at)?),
        customer_number: named,
        standing: standing(row)?,
    })
}

fn standing(row: &Row<'_>) -> rusqlite::Result<Standing> {
    let id: i64 = row.get(standing_column::id)?;
    let lost = || unreadable("payment", id);
    let code: i64 = row.get(standing_column::state)?;
    let cause = match code {
        state::FAILED_CERTAIN | state::FAILED_UNKNOWN => {
            let data = row.get_ref(standing_column::state_data)?.as_blob()?;
            let Cause { code, .. } = codec::state::cause(data).ok_or_else(lost)?;
            Some(code)
        }
        _ => None,
    };
    let user: Option<i64> = row.get(standing_column::user)?;
    Ok(Standing {
        state: codec::state::name(code).ok_or_else(lost)?,
        outcome_unknown: code == state::FAILED_UNKNOWN,
        cause,
        notice_given_up: matches!(row.get(standing_column::notice)?, notice::GIVEN_UP | notice::GIVEN_UP_TIMEOUT),
        user: user.filter(|user| *user > 0).map(UserId::new),
    })
}
