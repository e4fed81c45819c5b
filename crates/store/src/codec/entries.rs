//! The entries of an updatestatus request as one value: about 14 bytes and the texts for each.
//!
//! Per entry: status and operation (1 byte), amount (4, little-endian), length of the id (1) and id, length of the text
//! (4, little-endian) and text.

use lommebok_domain::{Amount, PspTransactionId, StatusEntry};

use super::codes::{entry_status, operation, read_entry_status, read_operation};
use crate::batch::BatchEntry;

/// The bytes of `entries`, or `None` when a text is longer than 4 GiB.
pub(crate) fn encode(entries: &[BatchEntry]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(entries.len().saturating_mul(56));
    for BatchEntry { psp_transaction_id, entry } in entries {
        let code = entry_status(entry.status).checked_add(operation(entry.operation).checked_mul(4)?)?;
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
            status: read_entry_status(code.checked_rem(4)?)?,
            operation: read_operation(code.checked_div(4)?)?,
            amount: Amount::from_ore(i64::from(amount))?,
            text: text.to_owned(),
        };
        entries.push(BatchEntry { psp_transaction_id: PspTransactionId::new(id)?, entry });
    }
    Some(entries)
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
