//! `POST /psp/v3/psppayments/updatestatus`: what became of payments, any number of them, in requests of at most 5,000
//! entries and 4 MiB, one after the other, because the wallet applies a payment's entries in the order of their coming.
//!
//! At the first request that fails the rest is not sent: a capture must not overtake its reservation.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::call::{self, Call};
use super::{Client, Result};
use crate::{Amount, Error, IdempotencyKey, PspTransactionId};

/// The most entries of one request. The wallet takes 10,000.
const ENTRIES_PER_REQUEST: usize = 5_000;
/// The most bytes of one request's entries. The wallet takes 8 MiB.
const BYTES_PER_REQUEST: usize = 4 * 1024 * 1024;

/// What can happen to the money of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It is set aside. Settles a payment whose outcome the wallet does not know.
    Reserved,
    /// It is taken.
    Captured,
    /// It is released: part of what remains, or all of it.
    Cancelled,
    /// It is given back.
    Refunded,
}

/// One entry: what became of one payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusUpdate {
    psp_transaction_id: PspTransactionId,
    status: Status,
    amount: Amount,
    currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_status: Option<&'static str>,
}

impl StatusUpdate {
    /// What happened to how much of which payment.
    pub fn new(psp_transaction_id: PspTransactionId, status: Status, amount: Amount) -> Self {
        Self { psp_transaction_id, status, amount, currency: "NOK", payment_text: None, operation_status: None }
    }

    /// So much was set aside.
    pub fn reserved(id: PspTransactionId, amount: Amount) -> Self {
        Self::new(id, Status::Reserved, amount)
    }

    /// So much was taken.
    pub fn captured(id: PspTransactionId, amount: Amount) -> Self {
        Self::new(id, Status::Captured, amount)
    }

    /// So much was released.
    pub fn cancelled(id: PspTransactionId, amount: Amount) -> Self {
        Self::new(id, Status::Cancelled, amount)
    }

    /// So much was given back.
    pub fn refunded(id: PspTransactionId, amount: Amount) -> Self {
        Self::new(id, Status::Refunded, amount)
    }

    /// The text that the user reads with it.
    #[must_use]
    pub fn payment_text(mut self, text: impl Into<String>) -> Self {
        self.payment_text = Some(text.into());
        self
    }

    /// It was tried and did not work: a line in the history that moves no sum.
    #[must_use]
    pub fn failed(mut self) -> Self {
        self.operation_status = Some("FAILED");
        self
    }

    /// Which payment.
    pub fn psp_transaction_id(&self) -> &PspTransactionId {
        &self.psp_transaction_id
    }

    /// What happened.
    pub fn status(&self) -> Status {
        self.status
    }

    /// How much.
    pub fn amount(&self) -> Amount {
        self.amount
    }
}

/// Any number of entries under one idempotency key: sending the same value again is harmless for 24 hours.
#[derive(Clone, Debug)]
pub struct StatusUpdates {
    entries: Vec<StatusUpdate>,
    idempotency_key: IdempotencyKey,
}

impl StatusUpdates {
    /// These entries, in this order, under a random key.
    pub fn new(entries: impl Into<Vec<StatusUpdate>>) -> Self {
        Self { entries: entries.into(), idempotency_key: call::fresh_key() }
    }

    /// A key of your own, kept with the entries: to repeat them after a restart. The same key must always go with the same
    /// entries.
    #[must_use]
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        self.idempotency_key = key;
        self
    }

    /// The entries.
    pub fn entries(&self) -> &[StatusUpdate] {
        &self.entries
    }
}

impl From<Vec<StatusUpdate>> for StatusUpdates {
    fn from(entries: Vec<StatusUpdate>) -> Self {
        Self::new(entries)
    }
}

impl From<StatusUpdate> for StatusUpdates {
    fn from(entry: StatusUpdate) -> Self {
        Self::new([entry])
    }
}

/// What the wallet has taken. Taken is durable there, and not yet applied: an entry that does not fit its payment is
/// refused later, and only the payment's details show it.
#[derive(Clone, Debug)]
#[must_use = "entries may not have been accepted"]
pub struct UpdateReport {
    /// How many entries were accepted, from the first on.
    pub accepted: usize,
    /// What became of the others; `None` when all were accepted.
    pub not_accepted: Option<NotAccepted>,
}

impl UpdateReport {
    /// The number of accepted entries, or why not all were.
    ///
    /// # Errors
    /// The error of the request that failed.
    pub fn complete(self) -> Result<usize> {
        match self.not_accepted {
            None => Ok(self.accepted),
            Some(not_accepted) => Err(not_accepted.error),
        }
    }
}

/// Entries that were not accepted, by their place in the list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NotAccepted {
    /// The entries of the request that failed. [`Error::may_have_taken_effect`] tells whether they may be there all the
    /// same.
    pub failed: Range<usize>,
    /// Why.
    pub error: Error,
    /// The entries that were not sent any more.
    pub not_sent: Range<usize>,
}

/// One request's share of the entries.
struct Chunk {
    entries: Range<usize>,
    body: Vec<u8>,
}

impl Client {
    /// Tells the wallet what became of payments. Send one list at a time if their payments overlap.
    pub async fn update_status(&self, updates: impl Into<StatusUpdates>) -> UpdateReport {
        let updates = updates.into();
        let all = updates.entries.len();
        let mut accepted = 0_usize;
        let mut number = 0_usize;
        while accepted < all {
            let outcome = match chunk(&updates.entries, accepted) {
                Ok(chunk) => {
                    let key = numbered(&updates.idempotency_key, number);
                    self.send_chunk(chunk.body, key)
                        .await
                        .map_err(|error| (chunk.entries.end, error))
                        .map(|()| chunk.entries.end)
                }
                Err(error) => Err((accepted.saturating_add(1), error)),
            };
            match outcome {
                Ok(end) => accepted = end,
                Err((end, error)) => {
                    tracing::warn!(%error, accepted, all, "updatestatus was not accepted whole");
                    let not_accepted = NotAccepted { failed: accepted..end, error, not_sent: end..all };
                    return UpdateReport { accepted, not_accepted: Some(not_accepted) };
                }
            }
            number = number.saturating_add(1);
        }
        UpdateReport { accepted, not_accepted: None }
    }

    async fn send_chunk(&self, body: Vec<u8>, key: IdempotencyKey) -> Result<()> {
        let call = Call::post("update_status", "/psp/v3/psppayments/updatestatus", body).keyed(key);
        // The body of a success says nothing that its status does not.
        self.call(call).await.map(drop)
    }
}

/// The key of request number `number` (from 0).
fn numbered(key: &IdempotencyKey, number: usize) -> IdempotencyKey {
    if number == 0 { key.clone() } else { key.numbered(number) }
}

/// The next request's entries, from `begin` on; at least one.
fn chunk(entries: &[StatusUpdate], begin: usize) -> Result<Chunk> {
    let mut body = br#"{"transactions":["#.to_vec();
    let mut end = begin;
    for entry in entries.iter().skip(begin).take(ENTRIES_PER_REQUEST) {
        let json = serde_json::to_vec(entry).map_err(call::no_json)?;
        if end > begin {
            if body.len().saturating_add(json.len()) > BYTES_PER_REQUEST {
                break;
            }
            body.push(b',');
        }
        body.extend(json);
        end = end.saturating_add(1);
    }
    body.extend(b"]}");
    Ok(Chunk { entries: begin..end, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, text: &str) -> StatusUpdate {
        StatusUpdate::captured(PspTransactionId::new(id).unwrap(), Amount::ore(100).unwrap()).payment_text(text)
    }

    fn chunks(entries: &[StatusUpdate]) -> Vec<Range<usize>> {
        let mut begin = 0;
        let mut ranges = Vec::new();
        while begin < entries.len() {
            let chunk = chunk(entries, begin).unwrap();
            begin = chunk.entries.end;
            ranges.push(chunk.entries);
        }
        ranges
    }

    #[test]
    fn entries_are_sent_in_requests_of_5_000() {
        let entries = vec![entry("a", "x"); 12_345];
        assert_eq!(chunks(&entries), [0..5_000, 5_000..10_000, 10_000..12_345]);
        assert_eq!(chunks(&entries[..5_000]).len(), 1);
        assert_eq!(chunks(&[]), []);
    }

    #[test]
    fn long_texts_make_smaller_requests_and_one_entry_always_goes() {
        let long = "å".repeat(1_000_000);
        let entries = vec![entry("a", &long); 5];
        assert_eq!(chunks(&entries), [0..2, 2..4, 4..5]);
        assert_eq!(chunks(&[entry("a", &"x".repeat(5_000_000)), entry("b", "")]), [0..1, 1..2]);
    }

    #[test]
    fn an_entry_has_the_members_of_the_quick_start() {
        let json = |entry: &StatusUpdate| serde_json::to_string(entry).unwrap();
        assert_eq!(
            json(&entry("abcABC12345", "Transaction updated")),
            r#"{"pspTransactionId":"abcABC12345","status":"CAPTURED","amount":100,"currency":"NOK","paymentText":"Transaction updated"}"#
        );
        let failed = StatusUpdate::refunded(PspTransactionId::new("a").unwrap(), Amount::ore(1).unwrap()).failed();
        assert_eq!(
            json(&failed),
            r#"{"pspTransactionId":"a","status":"REFUNDED","amount":1,"currency":"NOK","operationStatus":"FAILED"}"#
        );
    }
}
