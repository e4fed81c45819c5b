//! Finds payments by their PSP's id, or by the order, in memory and in the table.
//!
//! Memory is read first, and the snapshot of the tables begins afterwards: a key that has just left memory is in its table by then,
//! and a payment that memory names is durable, so that the snapshot shows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use lommebok_domain::{MerchantId, MerchantOrderId, Payment, PaymentId, PspId, PspTransactionId, TenantId};
use rusqlite::Connection;

use super::hash::{KeyHasher, MAX_PROBES};
use super::recent::{KeyTable, RecentKeys, Waiting};
use crate::sqlite::read::payment::{at_one_moment, by_id, payment, payment_column, payment_columns};

#[derive(Debug)]
pub(crate) struct KeyReader {
    hasher: Arc<KeyHasher>,
    recent: Arc<RecentKeys>,
}

/// The key of one payment, and where to look for it.
#[derive(Clone, Copy)]
pub(crate) struct Sought<'a> {
    pub(in crate::sqlite) tenant: TenantId,
    pub(in crate::sqlite) psp: PspId,
    pub(in crate::sqlite) id: &'a PspTransactionId,
    /// The first of its slots.
    pub(in crate::sqlite) hash: i64,
}

impl KeyReader {
    pub(in crate::sqlite) fn new(hasher: Arc<KeyHasher>, recent: Arc<RecentKeys>) -> Self {
        Self { hasher, recent }
    }

    pub(in crate::sqlite) fn hasher(&self) -> &KeyHasher {
        &self.hasher
    }

    /// Begins a snapshot by `begin`, with what waits in memory at that very moment.
    pub(in crate::sqlite) fn waiting_while<T>(
        &self,
        begin: impl FnOnce() -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Waiting> {
        let waiting = self.recent.read();
        begin()?;
        Ok(waiting.clone())
    }

    /// The payments whose keys wait in memory at one of the key's slots; nearly always none or one.
    pub(in crate::sqlite) fn waiting_near(&self, sought: Sought<'_>) -> Vec<i64> {
        self.recent.payments_near(sought.hash)
    }

    /// How many keys wait, by the table that they wait for.
    pub(in crate::sqlite) fn waiting_by_table(&self) -> BTreeMap<String, u64> {
        let mut waiting = BTreeMap::<String, u64>::new();
        for slot in self.recent.read().keys.keys() {
            let count = waiting.entry(slot.table.name().to_owned()).or_default();
            *count = count.saturating_add(1);
        }
        waiting
    }

    pub(crate) fn sought<'a>(&self, tenant: TenantId, psp: PspId, id: &'a PspTransactionId) -> Sought<'a> {
        Sought { tenant, psp, id, hash: self.hasher.transaction(tenant, psp, id) }
    }
}

/// The PSP's payment with this id of its own.
pub(crate) fn by_transaction(
    connection: &Connection,
    keys: &KeyReader,
    tenant: TenantId,
    psp: PspId,
    id: &PspTransactionId,
) -> rusqlite::Result<Option<Payment>> {
    let sought = keys.sought(tenant, psp, id);
    let near = keys.waiting_near(sought);
    find(connection, sought, &near)
}

/// The PSP's payments with these ids, in their order; all as they were at one moment.
pub(crate) fn by_transactions(
    connection: &Connection,
    keys: &KeyReader,
    tenant: TenantId,
    psp: PspId,
    ids: &[&PspTransactionId],
) -> rusqlite::Result<Vec<Option<Payment>>> {
    let sought: Vec<_> = ids.iter().map(|id| keys.sought(tenant, psp, id)).collect();
    let hashes: Vec<_> = sought.iter().map(|sought| sought.hash).collect();
    let near = keys.recent.payments_near_each(KeyTable::Transaction, &hashes);
    at_one_moment(connection, || {
        sought.iter().zip(near).map(|(sought, near)| find(connection, *sought, &near)).collect()
    })
}

fn find(connection: &Connection, sought: Sought<'_>, near: &[i64]) -> rusqlite::Result<Option<Payment>> {
    let Sought { tenant, psp, .. } = sought;
    for number in near {
        let found = by_id(connection, tenant, PaymentId::new(*number))?;
        let ours = |found: &Payment| found.terms.psp == psp && found.terms.psp_transaction_id == *sought.id;
        if let Some(found) = found.filter(ours) {
            return Ok(Some(found));
        }
    }
    let sql = select!(
        payment_columns,
        "FROM transaction_key k JOIN payment p ON p.id = k.payment JOIN initiation i ON i.id = k.payment \
         WHERE k.hash >= ?1 AND k.hash < ?2 ORDER BY k.hash"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([sought.hash, sought.hash.saturating_add(MAX_PROBES)])?;
    while let Some(row) = rows.next()? {
        let ours = row.get::<_, i64>(payment_column::tenant)? == tenant.get()
            && row.get::<_, i64>(payment_column::psp)? == psp.get();
        if ours && row.get_ref(payment_column::psp_transaction_id)?.as_str()? == sought.id.as_str() {
            return payment(row).map(Some);
        }
    }
    Ok(None)
}

/// The payments for the order with this id, of each of these merchants; all as they were at one moment.
pub(crate) fn by_order(
    connection: &Connection,
    keys: &KeyReader,
    tenant: TenantId,
    merchants: &[MerchantId],
    id: &MerchantOrderId,
) -> rusqlite::Result<Vec<Payment>> {
    let hashes: Vec<_> = merchants.iter().map(|merchant| keys.hasher.order(tenant, *merchant, id)).collect();
    let near = keys.recent.payments_near_each(KeyTable::Order, &hashes);
    at_one_moment(connection, || {
        let mut found = Vec::new();
        for ((merchant, hash), mut numbers) in merchants.iter().zip(hashes).zip(near) {
            let sql = "SELECT payment FROM order_key WHERE hash >= ?1 AND hash < ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let stored = statement.query_map([hash, hash.saturating_add(MAX_PROBES)], |row| row.get(0))?;
            numbers.extend(stored.collect::<rusqlite::Result<Vec<i64>>>()?);
            // A key that is moved from memory to its table meanwhile is in both.
            numbers.sort_unstable();
            numbers.dedup();
            for number in numbers {
                let payment = by_id(connection, tenant, PaymentId::new(number))?;
                let ours = |found: &Payment| found.terms.merchant == *merchant && found.terms.merchant_order_id == *id;
                found.extend(payment.filter(ours));
            }
        }
        Ok(found)
    })
}
