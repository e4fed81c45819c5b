//! What proves that a change is stored, and how far the database has come: as its tables say at the start, and from there on as
//! the writer follows it. What the open transaction adds counts only when it is durable.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lommebok_domain::{PaymentId, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::connections::run;
use crate::batch::BatchId;
use crate::change::SkippedNumbers;
use crate::watermark::{LastChange, OlderDatabase, Watermark};

/// Rows that keep the ids of rare changes; an older one is overwritten.
const RARE_SLOTS: u128 = 64;

/// The first serial number that is issued; all issued ones have six digits.
pub(super) const FIRST_ISSUED: i64 = 200_000;
/// The last one.
pub(super) const LAST_ISSUED: i64 = 999_999;

/// Where a change's id is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StoredAt {
    /// With the initiation of this payment.
    Initiation(i64),
    /// With this payment's event of this version.
    Event {
        payment: i64,
        version: i64,
    },
    Batch(i64),
    /// In this slot of the rare changes.
    Rare(i64),
}

/// Notes a change that has no row of its own to carry its id.
pub(super) fn rare(connection: &Connection, tenant: TenantId, change_id: u128) -> rusqlite::Result<StoredAt> {
    let slot = change_id.checked_rem(RARE_SLOTS).and_then(|slot| i64::try_from(slot).ok()).unwrap_or(0);
    let sql = "INSERT OR REPLACE INTO rare_change (slot, tenant, change_id) VALUES (?1, ?2, ?3)";
    run(connection, sql, params![slot, tenant.get(), change_id.to_be_bytes()])?;
    Ok(StoredAt::Rare(slot))
}

/// Whether a change is stored, and with it its whole transaction: a COMMIT whose answer was lost is settled by it.
pub(super) fn is_stored(connection: &Connection, change_id: u128, stored_at: StoredAt) -> rusqlite::Result<bool> {
    let (sql, numbers) = match stored_at {
        StoredAt::Initiation(id) => ("SELECT change_id FROM initiation WHERE id = ?1 AND ?2 = 0", [id, 0]),
        StoredAt::Event { payment, version } => {
            ("SELECT change_id FROM event WHERE payment = ?1 AND version = ?2", [payment, version])
        }
        StoredAt::Batch(id) => ("SELECT change_id FROM batch WHERE id = ?1 AND ?2 = 0", [id, 0]),
        StoredAt::Rare(slot) => ("SELECT change_id FROM rare_change WHERE slot = ?1 AND ?2 = 0", [slot, 0]),
    };
    let found: Option<Vec<u8>> = connection.prepare_cached(sql)?.query_row(numbers, |row| row.get(0)).optional()?;
    Ok(found.is_some_and(|found| found == change_id.to_be_bytes()))
}

/// The highest numbers that were given or skipped. A database of an early version has skipped none.
pub(super) fn highest(connection: &Connection) -> rusqlite::Result<Watermark> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let mut numbers = [
        number("SELECT coalesce(max(id), 0) FROM initiation")?,
        number("SELECT coalesce(max(id), 0) FROM batch")?,
        highest_issued(connection)?,
    ];
    if connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'skipped_number'")?.exists([])? {
        let sql = "SELECT payment, batch, msn FROM skipped_number WHERE tenant = 0";
        let skipped: [i64; 3] =
            connection.query_row(sql, [], |row| Ok([row.get("payment")?, row.get("batch")?, row.get("msn")?]))?;
        for (number, skipped) in numbers.iter_mut().zip(skipped) {
            *number = skipped.max(*number);
        }
    }
    let [payment, batch, msn] = numbers;
    Ok(Watermark { payment: PaymentId::new(payment), batch: BatchId::new(batch), msn, last_change: None })
}

/// The highest number of six digits that any tenant's merchant has, if it is at least the first that is issued; else 0.
fn highest_issued(connection: &Connection) -> rusqlite::Result<i64> {
    let sql =
        "SELECT coalesce(max(CAST(msn AS INTEGER)), 0) FROM merchant WHERE length(msn) = 6 AND msn >= ?1 AND msn < ?2";
    let range = params![FIRST_ISSUED.to_string(), LAST_ISSUED.to_string()];
    connection.prepare_cached(sql)?.query_row(range, |row| row.get(0))
}

/// What the database lacks of what is remembered of it, if it lacks anything. Changes nothing.
pub(crate) fn older(connection: &Connection, remembered: &Watermark) -> rusqlite::Result<Option<OlderDatabase>> {
    // No table yet: it was never written.
    if !connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'initiation'")?.exists([])? {
        return Ok(None);
    }
    let found = highest(connection)?;
    let is_there = |LastChange { payment, version, change_id }: LastChange| {
        let stored_at = match version {
            1 => StoredAt::Initiation(payment.get()),
            _ => StoredAt::Event { payment: payment.get(), version },
        };
        is_stored(connection, change_id, stored_at)
    };
    let lacks_last_change = !remembered.last_change.map_or(Ok(true), is_there)?;
    let has_numbers =
        found.payment >= remembered.payment && found.batch >= remembered.batch && found.msn >= remembered.msn;
    if has_numbers && !lacks_last_change {
        return Ok(None);
    }
    let last_at = last_at(connection)?;
    Ok(Some(OlderDatabase { found, remembered: *remembered, lacks_last_change, last_at }))
}

/// When the last thing happened. Slow: no index knows.
fn last_at(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "SELECT max(at) FROM (SELECT max(at) AS at FROM event UNION ALL SELECT max(created_at) FROM initiation \
               UNION ALL SELECT max(accepted_at) FROM batch)";
    let at: Option<i64> = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(at.map(Timestamp::from_millis))
}

/// Keeps numbers that are passed over for good: a lost database may have given them, and links that name them are still about.
pub(super) fn skip(connection: &Connection, numbers: &SkippedNumbers) -> rusqlite::Result<()> {
    let SkippedNumbers { payment, batch, msn } = *numbers;
    let sql = "UPDATE skipped_number SET payment = max(payment, ?1), batch = max(batch, ?2), msn = max(msn, ?3) \
               WHERE tenant = 0";
    run(connection, sql, params![payment.get(), batch.get(), msn])?;
    Ok(())
}

/// The watermark as the writer publishes it: after each commit, so that a reader sees only what is durable.
#[derive(Clone, Debug)]
pub(crate) struct Published(Arc<Mutex<Watermark>>);

impl Published {
    pub(super) fn new(watermark: Watermark) -> Self {
        Self(Arc::new(Mutex::new(watermark)))
    }

    pub(crate) fn read(&self) -> Watermark {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Watermark> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The watermark as the open transaction leaves it, until that is durable and it is published.
#[derive(Debug)]
pub(super) struct NextWatermark {
    published: Published,
    next: Watermark,
}

impl NextWatermark {
    pub(super) fn from(published: Published) -> Self {
        Self { next: published.read(), published }
    }

    /// A change is written. Only rows that stay count: a number comes from the row that has it, for those of a transaction
    /// that is rolled back were never given.
    pub(super) fn written(&mut self, change_id: u128, stored_at: StoredAt) {
        let next = &mut self.next;
        let mut changed = |payment, version| {
            let payment = PaymentId::new(payment);
            next.last_change = Some(LastChange { payment, version, change_id });
        };
        match stored_at {
            StoredAt::Initiation(id) => {
                changed(id, 1);
                next.payment = next.payment.max(PaymentId::new(id));
            }
            StoredAt::Event { payment, version } => changed(payment, version),
            StoredAt::Batch(id) => next.batch = next.batch.max(BatchId::new(id)),
            StoredAt::Rare(_) => {}
        }
    }

    /// Numbers up to these are not to be given.
    pub(super) fn skipped(&mut self, numbers: &SkippedNumbers) {
        self.next.payment = self.next.payment.max(numbers.payment);
        self.next.batch = self.next.batch.max(numbers.batch);
        self.issued(numbers.msn);
    }

    /// This serial number is a merchant's.
    pub(super) fn issued(&mut self, msn: i64) {
        self.next.msn = self.next.msn.max(msn);
    }

    /// The transaction is durable: with `synchronous=FULL` COMMIT has returned after the log's sync.
    pub(super) fn committed(&self) {
        *self.published.lock() = self.next;
    }

    pub(super) fn rolled_back(&mut self) {
        self.next = self.published.read();
    }
}
