//! What became of the entries of an updatestatus request: a byte for each, and a row for the first that were refused. Entries that
//! waited get their result later, in the same report.

use lommebok_domain::{Payment, RefusalCode, TenantId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::batch::{BatchId, BatchRefusal, Fate, REFUSALS_KEPT, TakenEntry};
use crate::change::BatchWrite;
use crate::codec;
use crate::fault::WriteFault;
use crate::sqlite::connections::run;
use crate::sqlite::fault::broken;

/// Keeps what became of each entry of a step.
pub(super) fn keep(
    connection: &Connection,
    tenant: TenantId,
    id: BatchId,
    from: u32,
    write: &BatchWrite,
) -> Result<(), WriteFault> {
    let count = write.next.checked_sub(from).and_then(|count| usize::try_from(count).ok());
    let mut fates = vec![codec::codes::fate(Fate::Applied); count.ok_or_else(|| broken("a step goes back"))?];
    let refused = write.refusals.iter().map(|refusal| (refusal.position, Fate::Refused(refusal.code)));
    for (position, fate) in refused.chain(write.parked.iter().map(|parked| (parked.position, Fate::Waiting))) {
        let at = position.checked_sub(from).and_then(|at| fates.get_mut(usize::try_from(at).ok()?));
        *at.ok_or_else(|| broken("a step names an entry that is not one of its own"))? = codec::codes::fate(fate);
    }
    if !fates.is_empty() {
        let sql = "INSERT INTO batch_fate (batch, position, tenant, fates) VALUES (?1, ?2, ?3, ?4)";
        run(connection, sql, params![id.get(), from, tenant.get(), fates])?;
    }
    Ok(())
}

/// Keeps payment and reason of the first entries that are refused.
pub(super) fn refuse(
    connection: &Connection,
    tenant: TenantId,
    id: BatchId,
    refusals: &[BatchRefusal],
) -> rusqlite::Result<()> {
    if refusals.is_empty() {
        return Ok(());
    }
    let sql = "SELECT count(*) FROM batch_refusal WHERE batch = ?1";
    let kept: u32 = connection.prepare_cached(sql)?.query_row([id.get()], |row| row.get(0))?;
    let more = usize::try_from(REFUSALS_KEPT.saturating_sub(kept)).unwrap_or(usize::MAX);
    let sql = "INSERT INTO batch_refusal (batch, position, tenant, psp_transaction_id, code, detail) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for BatchRefusal { position, psp_transaction_id, code, detail } in refusals.iter().take(more) {
        let (named, code) = (psp_transaction_id.as_str(), code.as_str());
        run(connection, sql, params![id.get(), position, tenant.get(), named, code, detail])?;
    }
    Ok(())
}

/// Waiting entries have their result: their rows go, and what became of them joins their batch's report.
pub(super) fn take(
    connection: &Connection,
    tenant: TenantId,
    payment: &Payment,
    taken: &[TakenEntry],
) -> Result<(), WriteFault> {
    for TakenEntry { batch, position, refusal } in taken {
        let sql = "DELETE FROM waiting_entry WHERE payment = ?1 AND batch = ?2 AND position = ?3";
        if run(connection, sql, params![payment.id.get(), batch.get(), position])? != 1 {
            return Err(broken("a waiting entry was taken that does not wait"));
        }
        let code = refusal.as_ref().map(|(code, _)| *code);
        let settled = settle(connection, *batch, *position, code)?;
        // A request whose time is over has no report.
        if let (Some((code, detail)), true) = (refusal, settled) {
            let psp_transaction_id = payment.terms.psp_transaction_id.clone();
            let refusal = BatchRefusal { position: *position, psp_transaction_id, code: *code, detail: detail.clone() };
            refuse(connection, tenant, *batch, &[refusal])?;
        }
    }
    Ok(())
}

/// Notes that an entry which waited was applied, or why not. Whether its batch is still there.
fn settle(
    connection: &Connection,
    batch: BatchId,
    position: u32,
    refused: Option<RefusalCode>,
) -> Result<bool, WriteFault> {
    let sql =
        "SELECT position, fates FROM batch_fate WHERE batch = ?1 AND position <= ?2 ORDER BY position DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let step = statement
        .query_row(params![batch.get(), position], |row| Ok((row.get("position")?, row.get("fates")?)))
        .optional()?;
    let Some::<(u32, Vec<u8>)>((from, mut fates)) = step else { return Ok(false) };
    let at = position.checked_sub(from).and_then(|at| fates.get_mut(usize::try_from(at).ok()?));
    *at.ok_or_else(|| broken("a waiting entry was taken that is not processed"))? =
        codec::codes::fate(refused.map_or(Fate::Applied, Fate::Refused));
    let sql = "UPDATE batch_fate SET fates = ?3 WHERE batch = ?1 AND position = ?2";
    run(connection, sql, params![batch.get(), from, fates])?;
    Ok(true)
}
