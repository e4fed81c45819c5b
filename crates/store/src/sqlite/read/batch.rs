//! Accepted updatestatus requests, their entries and refusals, and the entries that wait.

use lommebok_domain::{Amount, PaymentId, PspId, PspTransactionId, RefusalCode, StatusEntry, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::batch::{Batch, BatchEntry, BatchId, BatchRefusal, Fate, REFUSALS_KEPT, WaitingEntry};
use crate::codec;
use crate::sqlite::fault::unreadable;

columns!(batch_columns, batch_column {
    batch { id, tenant, psp, accepted_at, repeated, count, next, finished, moved_ms }
});

pub(crate) fn by_id(connection: &Connection, tenant: TenantId, id: BatchId) -> rusqlite::Result<Option<Batch>> {
    let sql = select!(batch_columns, "FROM batch WHERE id = ?1 AND tenant = ?2");
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], batch).optional()
}

/// The batches that are not finished, in the order of acceptance.
pub(crate) fn pending(connection: &Connection, tenant: TenantId, limit: u32) -> rusqlite::Result<Vec<Batch>> {
    let sql = select!(batch_columns, "FROM batch WHERE tenant = ?1 AND finished = 0 ORDER BY id LIMIT ?2");
    connection.prepare_cached(sql)?.query_map(params![tenant.get(), limit], batch)?.collect()
}

/// Batches, newest first, older than `before`.
pub(crate) fn newest(
    connection: &Connection,
    tenant: TenantId,
    before: Option<BatchId>,
    limit: u32,
) -> rusqlite::Result<Vec<Batch>> {
    let sql = select!(batch_columns, "FROM batch WHERE tenant = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3");
    let before = before.map_or(i64::MAX, BatchId::get);
    connection.prepare_cached(sql)?.query_map(params![tenant.get(), before, limit], batch)?.collect()
}

fn batch(row: &Row<'_>) -> rusqlite::Result<Batch> {
    Ok(Batch {
        id: BatchId::new(row.get(batch_column::id)?),
        tenant: TenantId::new(row.get(batch_column::tenant)?),
        psp: PspId::new(row.get(batch_column::psp)?),
        accepted_at: Timestamp::from_millis(row.get(batch_column::accepted_at)?),
        moved_ms: row.get(batch_column::moved_ms)?,
        repeated: row.get(batch_column::repeated)?,
        count: row.get(batch_column::count)?,
        next: row.get(batch_column::next)?,
        finished: row.get(batch_column::finished)?,
    })
}

columns!(entries_columns, entries_column { b { count, finished } e { entries } });

/// The entries of a batch, in their order: all, or the first when all are processed.
pub(crate) fn entries(connection: &Connection, tenant: TenantId, id: BatchId) -> rusqlite::Result<Vec<BatchEntry>> {
    let sql = select!(
        entries_columns,
        "FROM batch_entries e JOIN batch b ON b.id = e.batch WHERE e.batch = ?1 AND e.tenant = ?2"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([id.get(), tenant.get()], |row| {
        let (count, finished) = (
            usize::try_from(row.get::<_, u32>(entries_column::count)?).unwrap_or(usize::MAX),
            row.get::<_, bool>(entries_column::finished)?,
        );
        let entries = codec::entries::decode(row.get_ref(entries_column::entries)?.as_blob()?);
        let whole = entries.filter(|entries| finished || entries.len() == count);
        whole.ok_or_else(|| unreadable("batch_entries", id.get()))
    });
    Ok(found.optional()?.unwrap_or_default())
}

columns!(fates_columns, fates_column { batch_fate { position, fates } });

/// What became of the entries of a batch that are processed, by position from `from` on.
pub(crate) fn fates(
    connection: &Connection,
    tenant: TenantId,
    id: BatchId,
    from: u32,
    limit: u32,
) -> rusqlite::Result<Vec<Fate>> {
    // Steps have no more than some hundreds of entries, but for those of older versions, which are one step each.
    let sql = select!(
        fates_columns,
        "FROM batch_fate WHERE batch = ?1 AND tenant = ?2 AND position + length(fates) > ?3 ORDER BY position"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![id.get(), tenant.get(), from])?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut fates = Vec::new();
    while let Some(row) = rows.next()?
        && fates.len() < limit
    {
        let before = usize::try_from(from.saturating_sub(row.get(fates_column::position)?)).unwrap_or(usize::MAX);
        let bytes =
            row.get_ref(fates_column::fates)?.as_blob()?.iter().skip(before).take(limit.saturating_sub(fates.len()));
        for byte in bytes {
            fates.push(codec::codes::read_fate(*byte).ok_or_else(|| unreadable("batch_fate", id.get()))?);
        }
    }
    Ok(fates)
}

columns!(refusal_columns, refusal_column { batch_refusal { position, psp_transaction_id, code, detail } });

/// The first entries of a batch that could not be applied, by position.
pub(crate) fn refusals(connection: &Connection, tenant: TenantId, id: BatchId) -> rusqlite::Result<Vec<BatchRefusal>> {
    let sql =
        select!(refusal_columns, "FROM batch_refusal WHERE batch = ?1 AND tenant = ?2 ORDER BY position LIMIT ?3");
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![id.get(), tenant.get(), REFUSALS_KEPT], |row| {
        let named = PspTransactionId::new(row.get_ref(refusal_column::psp_transaction_id)?.as_str()?);
        Ok(BatchRefusal {
            position: row.get(refusal_column::position)?,
            psp_transaction_id: named.ok_or_else(|| unreadable("batch_refusal", id.get()))?,
            code: RefusalCode::named(row.get_ref(refusal_column::code)?.as_str()?),
            detail: row.get(refusal_column::detail)?,
        })
    })?;
    rows.collect()
}

columns!(waiting_columns, waiting_column { waiting_entry { batch, position, status, operation, amount, text } });

/// The entries that wait for this payment's attempt to end, in the order of acceptance; at most `limit`.
pub(crate) fn waiting(
    connection: &Connection,
    tenant: TenantId,
    payment: PaymentId,
    limit: usize,
) -> rusqlite::Result<Vec<WaitingEntry>> {
    let sql = select!(
        waiting_columns,
        "FROM waiting_entry WHERE payment = ?1 AND tenant = ?2 ORDER BY batch, position LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map([payment.get(), tenant.get(), limit], |row| {
        let status = codec::codes::read_entry_status(row.get(waiting_column::status)?);
        let operation = codec::codes::read_operation(row.get(waiting_column::operation)?);
        let amount = Amount::from_ore(row.get(waiting_column::amount)?);
        let (Some(status), Some(operation), Some(amount)) = (status, operation, amount) else {
            return Err(unreadable("waiting_entry", payment.get()));
        };
        let entry = StatusEntry { status, amount, text: row.get(waiting_column::text)?, operation };
        Ok(WaitingEntry {
            batch: BatchId::new(row.get(waiting_column::batch)?),
            position: row.get(waiting_column::position)?,
            entry,
        })
    })?;
    rows.collect()
}
