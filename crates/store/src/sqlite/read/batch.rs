//! Accepted updatestatus requests, their entries and refusals, and the entries that wait.

use lommebok_domain::{Amount, PaymentId, PspId, PspTransactionId, RefusalCode, StatusEntry, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::batch::{Batch, BatchEntry, BatchId, BatchRefusal, Fate, REFUSALS_KEPT, WaitingEntry};
use crate::codec;
use crate::sqlite::fault::unreadable;

/// The batch with this number.
pub(crate) fn by_id(connection: &Connection, tenant: TenantId, id: BatchId) -> rusqlite::Result<Option<Batch>> {
    let sql = "SELECT id, tenant, psp, accepted_at, repeated, count, next, finished, moved_ms FROM batch \
               WHERE id = ?1 AND tenant = ?2";
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], batch).optional()
}

/// The batches that are not finished, in the order of acceptance.
pub(crate) fn pending(connection: &Connection, tenant: TenantId, limit: u32) -> rusqlite::Result<Vec<Batch>> {
    let sql = "SELECT id, tenant, psp, accepted_at, repeated, count, next, finished, moved_ms FROM batch \
               WHERE tenant = ?1 AND finished = 0 ORDER BY id LIMIT ?2";
    connection.prepare_cached(sql)?.query_map(params![tenant.get(), limit], batch)?.collect()
}

/// Batches, newest first, older than `before`.
pub(crate) fn newest(
    connection: &Connection,
    tenant: TenantId,
    (before, limit): (Option<BatchId>, u32),
) -> rusqlite::Result<Vec<Batch>> {
    let sql = "SELECT id, tenant, psp, accepted_at, repeated, count, next, finished, moved_ms FROM batch \
               WHERE tenant = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    let before = before.map_or(i64::MAX, BatchId::get);
    connection.prepare_cached(sql)?.query_map(params![tenant.get(), before, limit], batch)?.collect()
}

fn batch(row: &Row<'_>) -> rusqlite::Result<Batch> {
    Ok(Batch {
        id: BatchId::new(row.get(0)?),
        tenant: TenantId::new(row.get(1)?),
        psp: PspId::new(row.get(2)?),
        accepted_at: Timestamp::from_millis(row.get(3)?),
        moved_ms: row.get(8)?,
        repeated: row.get(4)?,
        count: row.get(5)?,
        next: row.get(6)?,
        finished: row.get(7)?,
    })
}

/// The entries of a batch, in their order: all, or the first when all have had their turn.
pub(crate) fn entries(connection: &Connection, tenant: TenantId, id: BatchId) -> rusqlite::Result<Vec<BatchEntry>> {
    let sql = "SELECT b.count, b.finished, e.entries FROM batch_entries e JOIN batch b ON b.id = e.batch \
               WHERE e.batch = ?1 AND e.tenant = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([id.get(), tenant.get()], |row| {
        let (count, finished) = (usize::try_from(row.get::<_, u32>(0)?).unwrap_or(usize::MAX), row.get::<_, bool>(1)?);
        let entries = codec::entries::decode(row.get_ref(2)?.as_blob()?);
        let whole = entries.filter(|entries| finished || entries.len() == count);
        whole.ok_or_else(|| unreadable("batch_entries", id.get()))
    });
    Ok(found.optional()?.unwrap_or_default())
}

/// What became of the entries of a batch that have had their turn, by position from `from` on.
pub(crate) fn fates(
    connection: &Connection,
    tenant: TenantId,
    (id, from, limit): (BatchId, u32, u32),
) -> rusqlite::Result<Vec<Fate>> {
    // Steps have no more than some hundreds of entries, but for those of older versions, which are one step each.
    let sql = "SELECT position, fates FROM batch_fate WHERE batch = ?1 AND tenant = ?2 AND position + length(fates) > ?3 \
               ORDER BY position";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![id.get(), tenant.get(), from])?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut fates = Vec::new();
    while let Some(row) = rows.next()?
        && fates.len() < limit
    {
        let before = usize::try_from(from.saturating_sub(row.get(0)?)).unwrap_or(usize::MAX);
        let bytes = row.get_ref(1)?.as_blob()?.iter().skip(before).take(limit.saturating_sub(fates.len()));
        for byte in bytes {
            fates.push(codec::entries::read_fate(*byte).ok_or_else(|| unreadable("batch_fate", id.get()))?);
        }
    }
    Ok(fates)
}

/// The first entries of a batch that could not be applied, by position.
pub(crate) fn refusals(connection: &Connection, tenant: TenantId, id: BatchId) -> rusqlite::Result<Vec<BatchRefusal>> {
    let sql = "SELECT position, psp_transaction_id, code, detail FROM batch_refusal \
               WHERE batch = ?1 AND tenant = ?2 ORDER BY position LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![id.get(), tenant.get(), REFUSALS_KEPT], |row| {
        let named = PspTransactionId::new(row.get_ref(1)?.as_str()?);
        Ok(BatchRefusal {
            position: row.get(0)?,
            psp_transaction_id: named.ok_or_else(|| unreadable("batch_refusal", id.get()))?,
            code: RefusalCode::named(row.get_ref(2)?.as_str()?),
            detail: row.get(3)?,
        })
    })?;
    rows.collect()
}

/// The entries that wait for this payment's attempt to end, in the order of acceptance; at most `limit`.
pub(crate) fn waiting(
    connection: &Connection,
    tenant: TenantId,
    payment: PaymentId,
    limit: usize,
) -> rusqlite::Result<Vec<WaitingEntry>> {
    let sql = "SELECT batch, position, status, operation, amount, text FROM waiting_entry \
               WHERE payment = ?1 AND tenant = ?2 ORDER BY batch, position LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map([payment.get(), tenant.get(), limit], |row| {
        let status = codec::event::read_status(row.get(2)?);
        let operation = codec::event::read_operation(row.get(3)?);
        let amount = Amount::from_ore(row.get(4)?);
        let (Some(status), Some(operation), Some(amount)) = (status, operation, amount) else {
            return Err(unreadable("waiting_entry", payment.get()));
        };
        let entry = StatusEntry { status, amount, text: row.get(5)?, operation };
        Ok(WaitingEntry { batch: BatchId::new(row.get(0)?), position: row.get(1)?, entry })
    })?;
    rows.collect()
}
