//! The entries of an updatestatus request as one value: about 14 bytes and the texts for each. And what became of them, a byte
//! for each.
//!
//! Per entry: status and operation (1 byte), amount (4, little-endian), length of the id (1) and id, length of the text
//! (4, little-endian) and text.

use lommebok_domain::{Amount, PspTransactionId, RefusalCode, StatusEntry};

use super::event::{operation, read_operation, read_status, status};
use crate::batch::{BatchEntry, Fate};

/// The bytes of `entries`, or `None` when a text is longer than 4 GiB.
pub(crate) fn encode(entries: &[BatchEntry]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(entries.len().saturating_mul(56));
    for BatchEntry { psp_transaction_id, entry } in entries {
        let code = status(entry.status).checked_add(operation(entry.operation).checked_mul(4)?)?;
        bytes.push(u8::try_from(code).ok()?);
        bytes.extend_from_slice(&u32::try_from(entry.amount.ore()).ok()?.to_le_bytes());
        let id = psp_transaction_id.as_str();
        bytes.push(u8::try_from(id.len()).ok()?);
        bytes.extend_from_slice(id.as_bytes());
        bytes.extend_from_slice(&u32::try_from(entry.text.len()).ok()?.to_le_bytes());
        bytes.extend_from_slice(entry.text.as_bytes());
    }
    Some(bytes)
}

/// The bytes of the first `count` entries of `bytes`, without their texts; `None` when they can't be entries.
pub(crate) fn without_texts(bytes: &[u8], count: usize) -> Option<Vec<u8>> {
    let mut kept = first(bytes, count)?;
    for entry in &mut kept {
        entry.entry.text.clear();
    }
    encode(&kept)
}

/// The entries of `bytes`, or `None` when they can't be such.
pub(crate) fn decode(bytes: &[u8]) -> Option<Vec<BatchEntry>> {
    first(bytes, usize::MAX)
}

fn first(mut bytes: &[u8], count: usize) -> Option<Vec<BatchEntry>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() && entries.len() < count {
        let [code] = take(&mut bytes)?;
        let amount = u32::from_le_bytes(take(&mut bytes)?);
        let [id_length] = take(&mut bytes)?;
        let id = text(&mut bytes, usize::from(id_length))?;
        let text_length = u32::from_le_bytes(take(&mut bytes)?);
        let text = text(&mut bytes, usize::try_from(text_length).ok()?)?;
        let code = i64::from(code);
        let entry = StatusEntry {
            status: read_status(code.checked_rem(4)?)?,
            operation: read_operation(code.checked_div(4)?)?,
            amount: Amount::from_ore(i64::from(amount))?,
            text: text.to_owned(),
        };
        entries.push(BatchEntry { psp_transaction_id: PspTransactionId::new(id)?, entry });
    }
    Some(entries)
}

const APPLIED: u8 = 0x00;
const WAITING: u8 = 0x01;
/// Also in the migration, with those beside it.
const REFUSED: [(RefusalCode, u8); 11] = [
    (RefusalCode::NotReserved, 0x10),
    (RefusalCode::Disagreement, 0x11),
    (RefusalCode::OtherAmount, 0x12),
    (RefusalCode::ExceedsRemaining, 0x13),
    (RefusalCode::ExceedsCancellable, 0x14),
    (RefusalCode::ExceedsCaptured, 0x15),
    (RefusalCode::UnknownPayment, 0x16),
    (RefusalCode::TooManyOperations, 0x17),
    (RefusalCode::TooManyWithoutEffect, 0x18),
    (RefusalCode::TooManyWaiting, 0x19),
    (RefusalCode::Other, 0xff),
];

/// The byte of a fate.
pub(crate) fn fate(fate: Fate) -> u8 {
    match fate {
        Fate::Applied => APPLIED,
        Fate::Waiting => WAITING,
        Fate::Refused(code) => REFUSED.iter().find(|(known, _)| *known == code).map_or(0xff, |(_, byte)| *byte),
    }
}

/// The fate of a byte, or `None` when it can't be one's.
pub(crate) fn read_fate(byte: u8) -> Option<Fate> {
    match byte {
        APPLIED => Some(Fate::Applied),
        WAITING => Some(Fate::Waiting),
        refused => REFUSED.iter().find(|(_, byte)| *byte == refused).map(|(code, _)| Fate::Refused(*code)),
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

fn text<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a str> {
    let (head, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(head).ok()
}
