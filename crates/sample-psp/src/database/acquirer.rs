//! The simulated acquirer's books: authorisations, operations, spent cryptograms and balances, changed together.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{Database, DatabaseFault};
use crate::acquirer::{Order, ResponseCode};

/// The books as one file.
#[derive(Clone, Debug)]
pub(crate) struct AcquirerBooks(pub(crate) Database);

/// The state of an authorisation, in øre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What the issuer answered.
    pub code: ResponseCode,
    /// What was asked for.
    pub amount: i64,
    /// Taken.
    pub captured: i64,
    /// Given up untaken.
    pub released: i64,
    /// Given back after taking.
    pub refunded: i64,
    /// Undone whole.
    pub reversed: bool,
}

/// Which sum of an authorisation an operation moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sum {
    Captured,
    Released,
    Refunded,
}

impl AcquirerBooks {
    pub(crate) fn open(path: &Path) -> Result<Self, DatabaseFault> {
        Ok(Self(Database::open(path, &[include_str!("schema/acquirer.sql")])?))
    }
}

/// The state of an authorisation; `None` if none with this name has come.
pub(crate) fn standing(connection: &Connection, operation: &str) -> Result<Option<Standing>, DatabaseFault> {
    let mut statement = connection.prepare_cached(
        "SELECT code, amount, captured, released, refunded, reversed FROM authorisation WHERE operation = ?1",
    )?;
    let row = statement.query_row([operation], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
    });
    let Some((code, amount, captured, released, refunded, reversed)) = row.optional()? else { return Ok(None) };
    Ok(Some(Standing { code: read_code(&code)?, amount, captured, released, refunded, reversed }))
}

/// Whose authorisation it is: the token's hash.
pub(crate) fn token_of(connection: &Connection, operation: &str) -> Result<Vec<u8>, DatabaseFault> {
    let sql = "SELECT token FROM authorisation WHERE operation = ?1";
    Ok(connection.query_row(sql, [operation], |row| row.get(0))?)
}

/// Writes down what became of an authorisation.
pub(crate) fn keep_authorisation(
    transaction: &Transaction<'_>,
    operation: &str,
    token: &[u8],
    amount: i64,
    code: ResponseCode,
) -> Result<(), DatabaseFault> {
    let sql = "INSERT INTO authorisation (operation, token, amount, code) VALUES (?1, ?2, ?3, ?4)";
    transaction.execute(sql, params![operation, token, amount, code.as_str()])?;
    Ok(())
}

/// Undoes an authorisation, or keeps its place when it has not come, so that it will be refused.
pub(crate) fn reverse(transaction: &Transaction<'_>, operation: &str) -> Result<(), DatabaseFault> {
    transaction.execute(
        "INSERT INTO authorisation (operation, token, amount, code, reversed) VALUES (?1, x'', 0, '05', 1)
         ON CONFLICT (operation) DO UPDATE SET reversed = 1",
        [operation],
    )?;
    Ok(())
}

/// The earlier answer to an operation.
pub(crate) fn answered(connection: &Connection, id: &str) -> Result<Option<ResponseCode>, DatabaseFault> {
    let sql = "SELECT code FROM operation WHERE id = ?1";
    let code: Option<String> = connection.query_row(sql, [id], |row| row.get(0)).optional()?;
    code.map(|code| read_code(&code)).transpose()
}

/// Writes an operation's answer down.
pub(crate) fn keep_operation(
    transaction: &Transaction<'_>,
    order: &Order,
    sum: Sum,
    code: ResponseCode,
) -> Result<(), DatabaseFault> {
    let kind = match sum {
        Sum::Captured => "capture",
        Sum::Released => "release",
        Sum::Refunded => "refund",
    };
    let sql = "INSERT INTO operation (id, authorisation, kind, amount, code) VALUES (?1, ?2, ?3, ?4, ?5)";
    let (id, authorisation) = (order.operation.as_str(), order.authorisation.as_str());
    transaction.execute(sql, params![id, authorisation, kind, order.amount.as_ore(), code.as_str()])?;
    Ok(())
}

/// Adds `amount` to a sum of an authorisation.
pub(crate) fn add(transaction: &Transaction<'_>, operation: &str, sum: Sum, amount: i64) -> Result<(), DatabaseFault> {
    let sql = match sum {
        Sum::Captured => "UPDATE authorisation SET captured = captured + ?2 WHERE operation = ?1",
        Sum::Released => "UPDATE authorisation SET released = released + ?2 WHERE operation = ?1",
        Sum::Refunded => "UPDATE authorisation SET refunded = refunded + ?2 WHERE operation = ?1",
    };
    transaction.execute(sql, params![operation, amount])?;
    Ok(())
}

/// Uses a cryptogram up; `false` if it was before.
pub(crate) fn spend_cryptogram(
    transaction: &Transaction<'_>,
    token: &[u8],
    counter: u32,
) -> Result<bool, DatabaseFault> {
    let sql = "INSERT INTO spent_cryptogram (token, counter) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    Ok(transaction.execute(sql, params![token, counter])? == 1)
}

/// Uses the proof of a 3-D Secure session up; `false` if it was before.
pub(crate) fn spend_authentication(transaction: &Transaction<'_>, session: &str) -> Result<bool, DatabaseFault> {
    let sql = "INSERT INTO spent_authentication (session) VALUES (?1) ON CONFLICT DO NOTHING";
    Ok(transaction.execute(sql, [session])? == 1)
}

/// What the holder of a token has left, if that was ever moved.
pub(crate) fn available(connection: &Connection, token: &[u8]) -> Result<Option<i64>, DatabaseFault> {
    let sql = "SELECT available FROM account WHERE token = ?1";
    Ok(connection.query_row(sql, [token], |row| row.get(0)).optional()?)
}

/// Sets what the holder of a token has left.
pub(crate) fn set_available(transaction: &Transaction<'_>, token: &[u8], available: i64) -> Result<(), DatabaseFault> {
    let sql = "INSERT INTO account (token, available) VALUES (?1, ?2) ON CONFLICT (token) DO UPDATE SET available = ?2";
    transaction.execute(sql, params![token, available])?;
    Ok(())
}

fn read_code(text: &str) -> Result<ResponseCode, DatabaseFault> {
    ResponseCode::from_text(text).ok_or_else(|| DatabaseFault::Row(format!("`{text}` is no response code")))
}
