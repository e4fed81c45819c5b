//! Natural keys of recent payments, in memory: they wait here until the writer puts many of them, in the order of their
//! slots, into their tables.
//!
//! A payment's two keys are random, so writing each at once costs two pages a payment; together they share pages
//! (ADR 0009). SQLite stays the only truth: what is here can be made again from `initiation`, and is at each start.
//! A reader looks here *before* it begins the snapshot in which it reads the tables: a key leaves memory only when it is
//! durable in its table.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use super::hash::MAX_PROBES;

/// One of the two tables of natural keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sqlite) enum KeyTable {
    Transaction,
    Order,
}

impl KeyTable {
    pub(in crate::sqlite) const fn name(self) -> &'static str {
        match self {
            Self::Transaction => "transaction_key",
            Self::Order => "order_key",
        }
    }
}

/// A row of one of them: the hash, or one of the numbers behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sqlite) struct Slot {
    pub(in crate::sqlite) table: KeyTable,
    pub(in crate::sqlite) at: i64,
}

impl Slot {
    /// Before all others.
    pub(in crate::sqlite) const FIRST: Self = Self { table: KeyTable::Transaction, at: i64::MIN };
    /// Behind all others.
    pub(in crate::sqlite) const LAST: Self = Self { table: KeyTable::Order, at: i64::MAX };

    /// The slot behind this one.
    pub(in crate::sqlite) const fn next(self) -> Self {
        Self { at: self.at.saturating_add(1), ..self }
    }
}

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sqlite) struct Key {
    pub(in crate::sqlite) tenant: i64,
    pub(in crate::sqlite) payment: i64,
}

/// What waits, as far as it is durable. The writer changes it after its commits.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct RecentKeys(RwLock<Waiting>);

/// What waits at one moment.
#[derive(Clone, Debug, Default)]
pub(in crate::sqlite) struct Waiting {
    pub(in crate::sqlite) keys: BTreeMap<Slot, Key>,
    /// The keys of payments up to this number are here or in their tables; a later payment is not published yet.
    pub(in crate::sqlite) known_through: i64,
}

/// What a commit has changed.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct KeyChange {
    /// Of new payments.
    pub(in crate::sqlite) reserved: BTreeMap<Slot, Key>,
    /// In their tables from now on.
    pub(in crate::sqlite) merged: Vec<Slot>,
}

impl RecentKeys {
    /// The payments whose `pspTransactionId` has this hash, or one so near that probing may have led to the same slots;
    /// nearly always none or one.
    pub(in crate::sqlite) fn payments_near(&self, hash: i64) -> Vec<i64> {
        self.read().near(Slot { table: KeyTable::Transaction, at: hash })
    }

    /// The same for several hashes of one table, at one moment.
    pub(in crate::sqlite) fn payments_near_each(&self, table: KeyTable, hashes: &[i64]) -> Vec<Vec<i64>> {
        let waiting = self.read();
        hashes.iter().map(|hash| waiting.near(Slot { table, at: *hash })).collect()
    }

    pub(in crate::sqlite) fn at(&self, slot: Slot) -> Option<Key> {
        self.read().keys.get(&slot).copied()
    }

    pub(in crate::sqlite) fn len(&self) -> usize {
        self.read().keys.len()
    }

    /// At most `count` keys from `from` on, in order.
    pub(in crate::sqlite) fn from(&self, from: Slot, count: usize) -> Vec<(Slot, Key)> {
        self.read().keys.range(from..=Slot::LAST).take(count).map(|(slot, key)| (*slot, *key)).collect()
    }

    /// Shows readers what a commit has changed; it is durable by now.
    pub(in crate::sqlite) fn publish(&self, change: &mut KeyChange, known_through: i64) {
        let mut waiting = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for slot in change.merged.drain(..) {
            waiting.keys.remove(&slot);
        }
        waiting.keys.extend(std::mem::take(&mut change.reserved));
        waiting.known_through = known_through;
    }

    /// Begins anew with what was read from the tables.
    pub(in crate::sqlite) fn begin_with(&self, waiting: Waiting) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = waiting;
    }

    /// What waits now. Nothing is published while it is held.
    pub(in crate::sqlite) fn read(&self) -> RwLockReadGuard<'_, Waiting> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn near(&self, first: Slot) -> Vec<i64> {
        let behind = Slot { at: first.at.saturating_add(MAX_PROBES), ..first };
        self.keys.range(first..behind).map(|(_, key)| key.payment).collect()
    }
}
