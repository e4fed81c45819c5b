//! Steps of an updatestatus request: its row, its entries and the payments. When all entries are processed, only the first
//! are kept.

use lommebok_domain::TenantId;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Applied, Writer, fates, payment};
use crate::batch::{BatchId, BatchTarget, ENTRIES_KEPT, NewBatch, ParkedEntry};
use crate::change::{BatchWrite, Change, Committed};
use crate::codec;
use crate::fault::{CommitFault, WriteFault};
use crate::sqlite::connections::run;
use crate::sqlite::fault::broken;
use crate::sqlite::idempotency;
use crate::sqlite::watermark::{self, StoredAt};

/// For how long an equal body is flagged, in ms of business time: 24 h.
const REPEATED_WITHIN_MS: i64 = 24 * 60 * 60 * 1_000;

impl Writer {
    pub(super) fn batch(&mut self, change: &Change, write: &BatchWrite) -> Result<Applied, WriteFault> {
        let connection = &self.connection;
        if let BatchTarget::Pending { id, next } = write.target
            && next_of(connection, change.tenant, id)? != Some(next)
        {
            return Ok(Err(CommitFault::Stale(Vec::new())));
        }
        let stale = payment::write_all(connection, change, &write.payments)?;
        if !stale.is_empty() {
            return Ok(Err(CommitFault::Stale(stale)));
        }
        let (id, from, repeated) = match &write.target {
            BatchTarget::New(new) => {
                let id = self.next_batch;
                let repeated = insert(connection, id, change, new, write.next)?;
                idempotency::store(connection, change.tenant, change.idempotency.as_ref(), id)?;
                self.next_batch = id.saturating_add(1);
                (BatchId::new(id), 0, repeated)
            }
            BatchTarget::Pending { id, next } => {
                advance(connection, *id, write.next)?;
                (*id, *next, false)
            }
        };
        let connection = &self.connection;
        fates::keep(connection, change.tenant, id, from, write)?;
        fates::refuse(connection, change.tenant, id, &write.refusals)?;
        for parked in &write.parked {
            park(connection, change.tenant, id, parked)?;
        }
        let stored_at = match (&write.target, payment::stored_at(&write.payments)) {
            (BatchTarget::New(_), _) => StoredAt::Batch(id.get()),
            (BatchTarget::Pending { .. }, Some(stored_at)) => stored_at,
            (BatchTarget::Pending { .. }, None) => watermark::rare(connection, change.tenant, change.change_id)?,
        };
        Ok(Ok((Committed::Batch { id, repeated }, stored_at)))
    }
}

fn next_of(connection: &Connection, tenant: TenantId, id: BatchId) -> rusqlite::Result<Option<u32>> {
    let sql = "SELECT next FROM batch WHERE id = ?1 AND tenant = ?2 AND finished = 0";
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], |row| row.get(0)).optional()
}

/// Inserts the request, and answers whether it is byte-identical to one of the last 24 h.
fn insert(connection: &Connection, id: i64, change: &Change, new: &NewBatch, next: u32) -> Result<bool, WriteFault> {
    let (tenant, psp) = (change.tenant.get(), new.psp.get());
    let digest = new.digest.as_bytes();
    let digest_key = i64::from_be_bytes(*digest.first_chunk().expect("a digest has more than 8 bytes"));
    let sql = "SELECT EXISTS (SELECT 1 FROM batch WHERE digest_key = ?1 AND tenant = ?2 AND psp = ?3 AND digest = ?4 \
               AND accepted_at > ?5 AND accepted_at <= ?6)";
    let since = new.accepted_at.plus_millis(REPEATED_WITHIN_MS.saturating_neg()).as_millis();
    let params = params![digest_key, tenant, psp, digest, since, new.accepted_at.as_millis()];
    let repeated: bool = connection.prepare_cached(sql)?.query_row(params, |row| row.get(0))?;
    let count = u32::try_from(new.entries.len()).map_err(|_| broken("a batch has too many entries"))?;
    let sql = "INSERT INTO batch (id, tenant, psp, accepted_at, digest, digest_key, repeated, count, next, finished, \
               change_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let finished = next == count;
    let at = new.accepted_at.as_millis();
    let change_id = change.change_id.to_be_bytes();
    run(connection, sql, params![id, tenant, psp, at, digest, digest_key, repeated, count, next, finished, change_id])?;
    let entries = codec::entries::encode(&new.entries);
    let kept =
        entries.and_then(|all| if finished { codec::entries::without_texts(&all, ENTRIES_KEPT) } else { Some(all) });
    let entries = kept.ok_or_else(|| broken("an entry's text is too long"))?;
    let sql = "INSERT INTO batch_entries (batch, tenant, entries) VALUES (?1, ?2, ?3)";
    run(connection, sql, params![id, tenant, entries])?;
    Ok(repeated)
}

fn advance(connection: &Connection, id: BatchId, next: u32) -> Result<(), WriteFault> {
    let sql = "UPDATE batch SET next = ?2, finished = (count = ?2) WHERE id = ?1 RETURNING finished";
    let finished = connection.prepare_cached(sql)?.query_row(params![id.get(), next], |row| row.get(0))?;
    if finished {
        let sql = "SELECT entries FROM batch_entries WHERE batch = ?1";
        let mut statement = connection.prepare_cached(sql)?;
        let kept = statement
            .query_row([id.get()], |row| Ok(codec::entries::without_texts(row.get_ref(0)?.as_blob()?, ENTRIES_KEPT)))?;
        let kept = kept.ok_or_else(|| broken("the entries of a request can't be read"))?;
        run(connection, "UPDATE batch_entries SET entries = ?2 WHERE batch = ?1", params![id.get(), kept])?;
    }
    Ok(())
}

fn park(connection: &Connection, tenant: TenantId, id: BatchId, parked: &ParkedEntry) -> rusqlite::Result<()> {
    let sql = "INSERT INTO waiting_entry (payment, batch, position, tenant, status, operation, amount, text) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let entry = &parked.entry;
    let params = params![
        parked.payment.get(),
        id.get(),
        parked.position,
        tenant.get(),
        codec::codes::entry_status(entry.status),
        codec::codes::operation(entry.operation),
        entry.amount.ore(),
        entry.text,
    ];
    run(connection, sql, params)?;
    Ok(())
}
