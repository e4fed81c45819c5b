//! What an authorisation or an operation does to the books: judged and written down in one transaction, once.

use hmac::{Hmac, KeyInit as _, Mac as _};
use lommebok_psp_v3::cryptogram::{Bound, Cryptogram};
use rusqlite::Transaction;
use sha2::Sha256;

use super::issuer::{Case, Proof, judge};
use super::{IssuerRules, authentication, token};
use crate::acquirer::{Authorisation, OperationId, Order, ResponseCode, test_amount};
use crate::clock::Timestamp;
use crate::database::DatabaseFault;
use crate::database::acquirer::{self as rows, Sum};

/// Judges an authorisation, or repeats its earlier answer.
pub(super) fn authorise(
    transaction: &Transaction<'_>,
    key: &[u8; 32],
    rules: IssuerRules,
    message: &Authorisation,
    now: Timestamp,
) -> Result<ResponseCode, DatabaseFault> {
    let operation = message.operation.as_str();
    if let Some(before) = rows::standing(transaction, operation)? {
        return Ok(before.code);
    }
    let number = message.de2.expose();
    let holder = holder(key, number);
    let available = rows::available(transaction, &holder)?.unwrap_or(rules.opening_balance);
    let amount = message.de4.as_ore();
    let case = Case {
        range: token::range(number),
        check_digit_is_right: token::check_digit_is_right(number),
        is_table_token: token::is_table_token(number),
        has_expired: has_expired(message, now),
        cryptogram: cryptogram(transaction, key, message, &holder)?,
        authentication: proof(transaction, key, message)?,
        test: test_amount(message.de4),
        amount,
        limit: rules.limit,
        available,
    };
    let code = judge(&case);
    rows::keep_authorisation(transaction, operation, &holder, amount, code)?;
    if code == ResponseCode::Approved {
        rows::set_available(transaction, &holder, available.saturating_sub(amount))?;
    }
    Ok(code)
}

/// Does an operation if the authorisation bears it, or repeats its earlier answer.
pub(super) fn order(
    transaction: &Transaction<'_>,
    order: &Order,
    sum: Sum,
    opening: i64,
) -> Result<ResponseCode, DatabaseFault> {
    let (id, authorisation) = (order.operation.as_str(), order.authorisation.as_str());
    if let Some(before) = rows::answered(transaction, id)? {
        return Ok(before);
    }
    let amount = order.amount.as_ore();
    let standing = rows::standing(transaction, authorisation)?;
    let bears = standing.is_some_and(|standing| {
        let untaken = standing.amount.saturating_sub(standing.captured).saturating_sub(standing.released);
        let left = match sum {
            Sum::Captured | Sum::Released => untaken,
            Sum::Refunded => standing.captured.saturating_sub(standing.refunded),
        };
        standing.code == ResponseCode::Approved && !standing.reversed && amount <= left
    });
    let code = if bears { ResponseCode::Approved } else { ResponseCode::Refused };
    if bears {
        rows::add(transaction, authorisation, sum, amount)?;
        if sum != Sum::Captured {
            give_back(transaction, authorisation, amount, opening)?;
        }
    }
    rows::keep_operation(transaction, order, sum, code)?;
    Ok(code)
}

/// Undoes an authorisation: the holder has again what it still held, taken or not.
pub(super) fn reverse(
    transaction: &Transaction<'_>,
    authorisation: &OperationId,
    opening: i64,
) -> Result<ResponseCode, DatabaseFault> {
    let name = authorisation.as_str();
    let before = rows::standing(transaction, name)?;
    rows::reverse(transaction, name)?;
    if let Some(held) = before.filter(|before| before.code == ResponseCode::Approved && !before.reversed) {
        let still = held.amount.saturating_sub(held.released).saturating_sub(held.refunded);
        give_back(transaction, name, still, opening)?;
    }
    Ok(ResponseCode::Approved)
}

fn give_back(transaction: &Transaction<'_>, operation: &str, amount: i64, opening: i64) -> Result<(), DatabaseFault> {
    let holder = rows::token_of(transaction, operation)?;
    let available = rows::available(transaction, &holder)?.unwrap_or(opening);
    rows::set_available(transaction, &holder, available.saturating_add(amount))
}

/// The card holder's name in the books: a keyed hash of the token.
fn holder(key: &[u8; 32], number: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(b"card holder");
    mac.update(number.as_bytes());
    mac.finalize().into_bytes().iter().copied().take(16).collect()
}

/// Good until the end of its month.
fn has_expired(message: &Authorisation, now: Timestamp) -> bool {
    let (year, month) = now.year_and_month();
    let good_until = (i32::from(message.de14.year), i32::from(message.de14.month));
    good_until < (i32::from(year), i32::from(month))
}

/// Checks the token's cryptogram and uses it up.
fn cryptogram(
    transaction: &Transaction<'_>,
    key: &[u8; 32],
    message: &Authorisation,
    holder: &[u8],
) -> Result<Proof, DatabaseFault> {
    let Ok(cryptogram) = Cryptogram::parse(message.cryptogram().expose()) else { return Ok(Proof::Bad) };
    let bound = Bound { token: message.de2.expose(), amount: message.de4.as_ore() };
    if !cryptogram.verify(key, bound) {
        return Ok(Proof::Bad);
    }
    let is_fresh = rows::spend_cryptogram(transaction, holder, cryptogram.counter())?;
    Ok(if is_fresh { Proof::Good } else { Proof::Spent })
}

/// Checks the proof of 3-D Secure, if one came along, and uses it up.
fn proof(
    transaction: &Transaction<'_>,
    key: &[u8; 32],
    message: &Authorisation,
) -> Result<Option<Proof>, DatabaseFault> {
    let Some(proof) = &message.authentication else { return Ok(None) };
    if !authentication::is_proof(key, proof, message.de4) {
        return Ok(Some(Proof::Bad));
    }
    let is_fresh = rows::spend_authentication(transaction, &proof.session)?;
    Ok(Some(if is_fresh { Proof::Good } else { Proof::Spent }))
}
