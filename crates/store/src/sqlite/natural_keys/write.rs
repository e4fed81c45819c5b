//! Reserves natural keys for new payments, and puts those that have waited in memory into their tables, in the order of
//! their slots.
//!
//! A merge pass goes through the slots from the first to the last, and then another begins: each commit that finds too many keys
//! waiting takes the next ones. At the end of a pass every payment that was there at its beginning has its keys in the tables, and
//! only later ones have to be read again at a start. What the open transaction changes is in `change` until it is durable.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::hash::{KeyHasher, MAX_PROBES};
use super::recent::{Key, KeyChange, KeyTable, RecentKeys, Slot, Waiting};
use crate::fault::WriteFault;
use crate::sqlite::fault::broken;

/// Keys that one commit puts into their tables at least, when it does at all: neighbours share pages.
const MERGED_TOGETHER: usize = 256;

/// What the writer knows of natural keys.
#[derive(Debug)]
pub(in crate::sqlite) struct NaturalKeys {
    hasher: Arc<KeyHasher>,
    recent: Arc<RecentKeys>,
    /// Keys that may wait.
    most_waiting: usize,
    change: KeyChange,
    pass: MergePass,
    /// As the open transaction leaves it.
    next_pass: MergePass,
}

/// How far the merge pass has come.
#[derive(Clone, Copy, Debug)]
struct MergePass {
    next: Slot,
    /// Payments with smaller numbers were published before it began.
    began_before: i64,
}

/// A key to be reserved: where to begin to look, and for which payment.
#[derive(Clone, Copy)]
pub(in crate::sqlite) struct Reservation<'a> {
    pub(in crate::sqlite) table: KeyTable,
    pub(in crate::sqlite) hash: i64,
    pub(in crate::sqlite) key: Key,
    /// The PSP's number, or the merchant's.
    pub(in crate::sqlite) owner: i64,
    pub(in crate::sqlite) text: &'a str,
}

columns!(named_columns, named_column {
    initiation { id, tenant, psp, merchant, psp_transaction_id, merchant_order_id }
});

struct Statements {
    insert: &'static str,
    payment_at: &'static str,
    is_there: &'static str,
    is_named: &'static str,
}

impl KeyTable {
    const fn statements(self) -> Statements {
        match self {
            Self::Transaction => Statements {
                insert: "INSERT OR IGNORE INTO transaction_key (hash, tenant, payment) VALUES (?1, ?2, ?3)",
                payment_at: "SELECT payment FROM transaction_key WHERE hash = ?1",
                is_there: "SELECT 1 FROM transaction_key WHERE hash >= ?1 AND hash < ?2 AND payment = ?3",
                is_named: "SELECT tenant = ?2 AND psp = ?3 AND psp_transaction_id = ?4 FROM initiation WHERE id = ?1",
            },
            Self::Order => Statements {
                insert: "INSERT OR IGNORE INTO order_key (hash, tenant, payment) VALUES (?1, ?2, ?3)",
                payment_at: "SELECT payment FROM order_key WHERE hash = ?1",
                is_there: "SELECT 1 FROM order_key WHERE hash >= ?1 AND hash < ?2 AND payment = ?3",
                is_named: "SELECT tenant = ?2 AND merchant = ?3 AND merchant_order_id = ?4 FROM initiation WHERE id = ?1",
            },
        }
    }
}

impl NaturalKeys {
    pub(in crate::sqlite) fn new(hasher: Arc<KeyHasher>, recent: Arc<RecentKeys>, most_waiting: usize) -> Self {
        let pass = MergePass { next: Slot::FIRST, began_before: 0 };
        Self { hasher, recent, most_waiting, change: KeyChange::default(), pass, next_pass: pass }
    }

    pub(in crate::sqlite) fn hasher(&self) -> &KeyHasher {
        &self.hasher
    }

    /// Reserves the first free slot from the hash on; `None` when the key's text is already there.
    pub(in crate::sqlite) fn reserve(
        &mut self,
        connection: &Connection,
        wanted: Reservation<'_>,
    ) -> Result<Option<Slot>, WriteFault> {
        let statements = wanted.table.statements();
        let first = Slot { table: wanted.table, at: wanted.hash };
        for slot in std::iter::successors(Some(first), |slot| Some(slot.next())).take(probes()) {
            let Some(payment) = self.payment_at(connection, slot)? else {
                self.change.reserved.insert(slot, wanted.key);
                return Ok(Some(slot));
            };
            let mut is_named = connection.prepare_cached(statements.is_named)?;
            let params = params![payment, wanted.key.tenant, wanted.owner, wanted.text];
            match is_named.query_row(params, |row| row.get(0)).optional()? {
                Some(true) => return Ok(None),
                Some(false) => {}
                None => return Err(broken("a natural key leads to no payment")),
            }
        }
        Err(broken("too many natural keys share a hash"))
    }

    /// Gives back a slot that this very change has reserved: no other key has been probed past it.
    pub(in crate::sqlite) fn give_back(&mut self, slot: Slot) {
        self.change.reserved.remove(&slot);
    }

    /// Whose key has the slot, in the open transaction, in memory or in the table.
    fn payment_at(&self, connection: &Connection, slot: Slot) -> rusqlite::Result<Option<i64>> {
        if let Some(key) = self.change.reserved.get(&slot).copied().or_else(|| self.recent.at(slot)) {
            return Ok(Some(key.payment));
        }
        connection.prepare_cached(slot.table.statements().payment_at)?.query_row([slot.at], |row| row.get(0)).optional()
    }

    /// Puts keys into their tables when too many wait. The last thing that a transaction writes.
    pub(in crate::sqlite) fn merge(&mut self, connection: &Connection, next_payment: i64) -> Result<(), WriteFault> {
        let waiting = self.recent.len();
        let excess = waiting.saturating_add(self.change.reserved.len()).saturating_sub(self.most_waiting);
        if excess == 0 || (self.most_waiting > 0 && excess < MERGED_TOGETHER.min(self.most_waiting)) {
            return Ok(());
        }
        self.merge_waiting(connection, excess.min(waiting), next_payment)?;
        if excess > waiting {
            for (slot, key) in std::mem::take(&mut self.change.reserved) {
                insert(connection, slot, key)?;
            }
        }
        Ok(())
    }

    /// Puts every published key into its table: a store that closes leaves nothing to be read again.
    pub(in crate::sqlite) fn merge_all(
        &mut self,
        connection: &Connection,
        next_payment: i64,
    ) -> Result<(), WriteFault> {
        self.next_pass = MergePass { next: Slot::FIRST, began_before: next_payment };
        self.merge_waiting(connection, usize::MAX, next_payment)
    }

    fn merge_waiting(&mut self, connection: &Connection, count: usize, next_payment: i64) -> Result<(), WriteFault> {
        let keys = self.recent.from(self.next_pass.next, count);
        for (slot, key) in &keys {
            insert(connection, *slot, *key)?;
        }
        self.change.merged.extend(keys.iter().map(|(slot, _)| *slot));
        if keys.len() == count
            && let Some((last, _)) = keys.last()
        {
            self.next_pass.next = last.next();
            return Ok(());
        }
        let sql = "UPDATE merged_keys SET through = ?1 WHERE tenant = 0";
        connection.prepare_cached(sql)?.execute([self.next_pass.began_before.saturating_sub(1)])?;
        self.next_pass = MergePass { next: Slot::FIRST, began_before: next_payment };
        Ok(())
    }

    /// The transaction is durable: what it changed is published.
    pub(in crate::sqlite) fn committed(&mut self, next_payment: i64) {
        self.recent.publish(&mut self.change, next_payment.saturating_sub(1));
        self.pass = self.next_pass;
    }

    /// The transaction is undone, with what it reserved and merged.
    pub(in crate::sqlite) fn rolled_back(&mut self) {
        self.change = KeyChange::default();
        self.next_pass = self.pass;
    }

    /// Reads from the tables what waits: at a start, and when it is not known how a commit has ended.
    pub(in crate::sqlite) fn read_again(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let through: i64 =
            connection.query_row("SELECT through FROM merged_keys WHERE tenant = 0", [], |row| row.get(0))?;
        let mut waiting = Waiting { known_through: through, ..Waiting::default() };
        let sql = select!(named_columns, "FROM initiation WHERE id > ?1 ORDER BY id");
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([through])?;
        while let Some(row) = rows.next()? {
            let key = Key { payment: row.get(named_column::id)?, tenant: row.get(named_column::tenant)? };
            let transaction = self.hasher.transaction_text(
                key.tenant,
                row.get(named_column::psp)?,
                row.get_ref(named_column::psp_transaction_id)?.as_str()?,
            );
            let order = self.hasher.order_text(
                key.tenant,
                row.get(named_column::merchant)?,
                row.get_ref(named_column::merchant_order_id)?.as_str()?,
            );
            for (table, hash) in [(KeyTable::Transaction, transaction), (KeyTable::Order, order)] {
                restore(connection, &mut waiting, Slot { table, at: hash }, key)?;
            }
            waiting.known_through = key.payment;
        }
        let began_before = waiting.known_through.saturating_add(1);
        self.recent.begin_with(waiting);
        self.pass = MergePass { next: Slot::FIRST, began_before };
        self.rolled_back();
        Ok(())
    }
}

/// Keeps a key that a start has read, unless an unfinished merge pass has put it into its table already.
fn restore(connection: &Connection, waiting: &mut Waiting, first: Slot, key: Key) -> rusqlite::Result<()> {
    let statements = first.table.statements();
    let behind = first.at.saturating_add(MAX_PROBES);
    let mut is_there = connection.prepare_cached(statements.is_there)?;
    if is_there.exists([first.at, behind, key.payment])? {
        return Ok(());
    }
    let mut is_taken = connection.prepare_cached(statements.payment_at)?;
    for slot in std::iter::successors(Some(first), |slot| Some(slot.next())).take(probes()) {
        if !waiting.keys.contains_key(&slot) && !is_taken.exists([slot.at])? {
            waiting.keys.insert(slot, key);
            break;
        }
    }
    Ok(())
}

/// Writes a key into its slot. One that is there already, after a merge pass that a crash ended, is the same.
fn insert(connection: &Connection, slot: Slot, key: Key) -> Result<(), WriteFault> {
    let mut statement = connection.prepare_cached(slot.table.statements().insert)?;
    if statement.execute([slot.at, key.tenant, key.payment])? == 1 {
        return Ok(());
    }
    Err(broken("the slot of a natural key is taken"))
}

fn probes() -> usize {
    usize::try_from(MAX_PROBES).unwrap_or(usize::MAX)
}
