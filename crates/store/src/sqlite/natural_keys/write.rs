//! Claims natural keys for new payments, and puts those that have waited in memory into their tables, in the order of
//! their places.
//!
//! The places are swept like a lift's floors: each commit that has too many waiting takes the next ones. When a sweep has
//! come to the end, every payment that was there at its beginning has its keys in the tables, and only later ones have to
//! be read again at a start. What the open transaction changes stands in `change` until it is durable.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::hash::{KeyHasher, MAX_PROBES};
use super::recent::{Key, KeyChange, KeyTable, Place, RecentKeys, Waiting};
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
    sweep: Sweep,
    /// As the open transaction leaves it.
    next_sweep: Sweep,
}

/// How far the sweep has come.
#[derive(Clone, Copy, Debug)]
struct Sweep {
    next: Place,
    /// Payments with smaller numbers were told before it began.
    began_before: i64,
}

/// A key that is to be claimed: where to begin to look, and for whom.
#[derive(Clone, Copy)]
pub(in crate::sqlite) struct Claim<'a> {
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
        let sweep = Sweep { next: Place::FIRST, began_before: 0 };
        Self { hasher, recent, most_waiting, change: KeyChange::default(), sweep, next_sweep: sweep }
    }

    pub(in crate::sqlite) fn hasher(&self) -> &KeyHasher {
        &self.hasher
    }

    /// Takes the first free place from the hash on, or `None` when the key's text is already there.
    pub(in crate::sqlite) fn claim(
        &mut self,
        connection: &Connection,
        claim: Claim<'_>,
    ) -> Result<Option<Place>, WriteFault> {
        let statements = claim.table.statements();
        let first = Place { table: claim.table, at: claim.hash };
        for place in std::iter::successors(Some(first), |place| Some(place.next())).take(probes()) {
            let Some(payment) = self.payment_at(connection, place)? else {
                self.change.claimed.insert(place, claim.key);
                return Ok(Some(place));
            };
            let mut is_named = connection.prepare_cached(statements.is_named)?;
            let params = params![payment, claim.key.tenant, claim.owner, claim.text];
            match is_named.query_row(params, |row| row.get(0)).optional()? {
                Some(true) => return Ok(None),
                Some(false) => {}
                None => return Err(broken("a natural key leads to no payment")),
            }
        }
        Err(broken("too many natural keys share a hash"))
    }

    /// Gives back a place that this very change has claimed, so that nobody's probing has passed it.
    pub(in crate::sqlite) fn give_back(&mut self, place: Place) {
        self.change.claimed.remove(&place);
    }

    /// Whose key stands at `place`, in the open transaction, in memory or in the table.
    fn payment_at(&self, connection: &Connection, place: Place) -> rusqlite::Result<Option<i64>> {
        if let Some(key) = self.change.claimed.get(&place).copied().or_else(|| self.recent.at(place)) {
            return Ok(Some(key.payment));
        }
        connection
            .prepare_cached(place.table.statements().payment_at)?
            .query_row([place.at], |row| row.get(0))
            .optional()
    }

    /// Puts keys into their tables when too many wait. The last thing that a transaction writes.
    pub(in crate::sqlite) fn merge(&mut self, connection: &Connection, next_payment: i64) -> Result<(), WriteFault> {
        let waiting = self.recent.len();
        let excess = waiting.saturating_add(self.change.claimed.len()).saturating_sub(self.most_waiting);
        if excess == 0 || (self.most_waiting > 0 && excess < MERGED_TOGETHER.min(self.most_waiting)) {
            return Ok(());
        }
        self.merge_waiting(connection, excess.min(waiting), next_payment)?;
        if excess > waiting {
            for (place, key) in std::mem::take(&mut self.change.claimed) {
                insert(connection, place, key)?;
            }
        }
        Ok(())
    }

    /// Puts everything into the tables that is told: a store that closes leaves nothing to be read again.
    pub(in crate::sqlite) fn merge_all(
        &mut self,
        connection: &Connection,
        next_payment: i64,
    ) -> Result<(), WriteFault> {
        self.next_sweep = Sweep { next: Place::FIRST, began_before: next_payment };
        self.merge_waiting(connection, usize::MAX, next_payment)
    }

    fn merge_waiting(&mut self, connection: &Connection, count: usize, next_payment: i64) -> Result<(), WriteFault> {
        let keys = self.recent.from(self.next_sweep.next, count);
        for (place, key) in &keys {
            insert(connection, *place, *key)?;
        }
        self.change.merged.extend(keys.iter().map(|(place, _)| *place));
        if keys.len() == count
            && let Some((last, _)) = keys.last()
        {
            self.next_sweep.next = last.next();
            return Ok(());
        }
        let sql = "UPDATE merged_keys SET through = ?1 WHERE tenant = 0";
        connection.prepare_cached(sql)?.execute([self.next_sweep.began_before.saturating_sub(1)])?;
        self.next_sweep = Sweep { next: Place::FIRST, began_before: next_payment };
        Ok(())
    }

    /// The transaction is durable: what it changed is told.
    pub(in crate::sqlite) fn committed(&mut self, next_payment: i64) {
        self.recent.tell(&mut self.change, next_payment.saturating_sub(1));
        self.sweep = self.next_sweep;
    }

    /// The transaction is not, and what it claimed and merged never was.
    pub(in crate::sqlite) fn rolled_back(&mut self) {
        self.change = KeyChange::default();
        self.next_sweep = self.sweep;
    }

    /// Reads from the tables what waits: at a start, and when nobody knows how a commit has ended.
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
                place_again(connection, &mut waiting, Place { table, at: hash }, key)?;
            }
            waiting.known_through = key.payment;
        }
        let began_before = waiting.known_through.saturating_add(1);
        self.recent.begin_with(waiting);
        self.sweep = Sweep { next: Place::FIRST, began_before };
        self.rolled_back();
        Ok(())
    }
}

/// Notes a key of a start's reading, unless an unfinished sweep has put it into its table already.
fn place_again(connection: &Connection, waiting: &mut Waiting, first: Place, key: Key) -> rusqlite::Result<()> {
    let statements = first.table.statements();
    let behind = first.at.saturating_add(MAX_PROBES);
    let mut is_there = connection.prepare_cached(statements.is_there)?;
    if is_there.exists([first.at, behind, key.payment])? {
        return Ok(());
    }
    let mut is_taken = connection.prepare_cached(statements.payment_at)?;
    for place in std::iter::successors(Some(first), |place| Some(place.next())).take(probes()) {
        if !waiting.keys.contains_key(&place) && !is_taken.exists([place.at])? {
            waiting.keys.insert(place, key);
            break;
        }
    }
    Ok(())
}

/// Writes a key at its place. One that is there already, after a sweep that a crash broke off, is the same.
fn insert(connection: &Connection, place: Place, key: Key) -> Result<(), WriteFault> {
    let mut statement = connection.prepare_cached(place.table.statements().insert)?;
    if statement.execute([place.at, key.tenant, key.payment])? == 1 {
        return Ok(());
    }
    Err(broken("the place of a natural key is taken"))
}

fn probes() -> usize {
    usize::try_from(MAX_PROBES).unwrap_or(usize::MAX)
}
