//! The ledger's rows: payments and their entries, appended under a guard of the version and read back as their fold; due work and
//! the reports that the wallet is owed have a file each.

mod due;
mod reports;

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::DatabaseFault;
use crate::ledger::{Entry, Payment, Terms};

pub(crate) use due::{DueRow, due_by, move_all, next_due, postpone, see, seen, set_due};
pub(crate) use reports::{Batch, ReportRow, close, next_batch, next_report, owed, postpone_batch, queue, split};

/// The ledger's tables, step by step.
pub(crate) const STEPS: [&str; 2] = [include_str!("../schema/ledger.sql"), include_str!("../schema/time.sql")];

/// A new payment without entries; `None` if its id or its order exists.
pub(crate) fn insert(transaction: &Transaction<'_>, terms: &Terms) -> Result<Option<Payment>, DatabaseFault> {
    let sql = "INSERT INTO payment (psp_transaction_id, msn, order_id, version, terms) VALUES (?1, ?2, ?3, 0, ?4)
               ON CONFLICT DO NOTHING";
    let names = (terms.psp_transaction_id.as_str(), terms.msn.as_str(), terms.order_id.as_str());
    let inserted = transaction.execute(sql, params![names.0, names.1, names.2, json(terms)?])?;
    Ok((inserted == 1).then(|| Payment::new(transaction.last_insert_rowid(), terms.clone())))
}

/// Adds entries to a payment whose version was `before`; fails if it has another.
pub(crate) fn append(
    transaction: &Transaction<'_>,
    payment: i64,
    before: i64,
    entries: &[Entry],
) -> Result<(), DatabaseFault> {
    let mut version = before;
    for entry in entries {
        version = version.saturating_add(1);
        let sql = "INSERT INTO entry (payment, version, body) VALUES (?1, ?2, ?3)";
        transaction.execute(sql, params![payment, version, json(entry)?])?;
    }
    let sql = "UPDATE payment SET version = ?3 WHERE id = ?1 AND version = ?2";
    if transaction.execute(sql, [payment, before, version])? == 1 {
        Ok(())
    } else {
        Err(DatabaseFault::Row(format!("payment {payment} is not at version {before}")))
    }
}

/// Remembers which payment a 3-D Secure session belongs to.
pub(crate) fn keep_session(transaction: &Transaction<'_>, name: &str, payment: i64) -> Result<(), DatabaseFault> {
    transaction.execute("INSERT INTO session (name, payment) VALUES (?1, ?2)", params![name, payment])?;
    Ok(())
}

/// The payment with this number.
pub(crate) fn find_by_id(connection: &Connection, id: i64) -> Result<Option<Payment>, DatabaseFault> {
    find(connection, "SELECT id, terms FROM payment WHERE id = ?1", params![id])
}

/// The payment that a query names.
fn find(connection: &Connection, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Option<Payment>, DatabaseFault> {
    let mut statement = connection.prepare_cached(sql)?;
    let row = statement.query_row(values, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).optional()?;
    row.map(|(id, terms)| folded(connection, id, &terms)).transpose()
}

/// The payment of a merchant's order.
pub(crate) fn find_by_order(
    connection: &Connection,
    msn: &str,
    order_id: &str,
) -> Result<Option<Payment>, DatabaseFault> {
    find(connection, "SELECT id, terms FROM payment WHERE msn = ?1 AND order_id = ?2", params![msn, order_id])
}

/// The payment that a 3-D Secure session belongs to.
pub(crate) fn find_by_session(connection: &Connection, name: &str) -> Result<Option<Payment>, DatabaseFault> {
    let sql = "SELECT id, terms FROM payment WHERE id = (SELECT payment FROM session WHERE name = ?1)";
    find(connection, sql, params![name])
}

/// The payment with this `pspTransactionId`.
pub(crate) fn find_by_name(
    connection: &Connection,
    psp_transaction_id: &str,
) -> Result<Option<Payment>, DatabaseFault> {
    find(connection, "SELECT id, terms FROM payment WHERE psp_transaction_id = ?1", params![psp_transaction_id])
}

/// A merchant's payments with a smaller number than `before`, newest first.
pub(crate) fn page(connection: &Connection, msn: &str, before: i64, limit: u32) -> Result<Vec<Payment>, DatabaseFault> {
    let sql = "SELECT id, terms FROM payment WHERE msn = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![msn, before, limit], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let rows: Vec<(i64, String)> = rows.collect::<Result<_, _>>()?;
    rows.iter().map(|(id, terms)| folded(connection, *id, terms)).collect()
}

/// What happened to a payment, oldest first.
pub(crate) fn entries(connection: &Connection, payment: i64) -> Result<Vec<Entry>, DatabaseFault> {
    let mut statement = connection.prepare_cached("SELECT body FROM entry WHERE payment = ?1 ORDER BY version")?;
    let bodies: Vec<String> = statement.query_map([payment], |row| row.get(0))?.collect::<Result<_, _>>()?;
    bodies.iter().map(|body| from_json(body)).collect()
}

fn folded(connection: &Connection, id: i64, terms: &str) -> Result<Payment, DatabaseFault> {
    let terms: Terms = from_json(terms)?;
    let mut payment = Payment::new(id, terms);
    for entry in entries(connection, id)? {
        payment.apply(&entry);
    }
    Ok(payment)
}

/// A JSON column.
fn json<T: serde::Serialize>(value: &T) -> Result<String, DatabaseFault> {
    serde_json::to_string(value).map_err(|fault| DatabaseFault::Row(fault.to_string()))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DatabaseFault> {
    serde_json::from_str(text).map_err(|fault| DatabaseFault::Row(fault.to_string()))
}
