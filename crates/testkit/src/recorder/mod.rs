//! [`Recorder`]: what the outside knows of a server that is killed. What was sent, what was acknowledged, and nothing else.
//!
//! It is the oracle of crash tests, so it learns only from answers that have come whole. [`check`] compares it with what
//! the wallet shows afterwards. A newcomer's mistake: to record an intention as an acknowledgement, or the other way round.

pub mod check;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

/// What the outside knows of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It was sent and no answer came: it may have been done or not.
    Sent,
    /// It was answered 200: it is done, for ever.
    Acknowledged,
}

/// How the PSP answers a payment's attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    Ok,
    /// `FAIL` with errorId 82.
    Fail,
    /// `SOFT_DECLINE`, and `OK` to the second attempt.
    StepUp,
    /// `OK`, but not before the server was killed.
    Late,
}

/// A payment, as the PSP that started it knows it.
#[derive(Clone, Debug)]
pub struct RecordedPayment {
    /// `pspTransactionId`.
    pub id: String,
    /// In øre.
    pub amount: u64,
    /// How the PSP answers.
    pub plan: Plan,
    /// Whether the init was answered.
    pub init: Known,
    /// The token of its link, once the init was answered.
    pub token: Option<String>,
    /// Whether a force-approve was answered: then its first outcome is durable.
    pub outcome: Option<Known>,
}

impl RecordedPayment {
    /// The body of its init, the same each time.
    pub fn init_body(&self, make_payment_url: &str) -> Value {
        json!({
            "pspTransactionId": self.id,
            "merchantOrderId": format!("order-{}", self.id),
            "customerMobileNumber": "12345678",
            "amount": self.amount,
            "currency": "NOK",
            "pspRedirectUrl": "https://shop.example/thanks",
            "makePaymentUrl": make_payment_url,
            "makePaymentToken": format!("secret-of-{}", self.id),
        })
    }
}

/// One entry of an updatestatus request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEntry {
    /// `pspTransactionId`.
    pub id: String,
    /// `CAPTURED`, …
    pub status: &'static str,
    /// In øre.
    pub amount: u64,
}

/// An updatestatus request. Before its entries goes one for a payment that never was, whose refusal names the request.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// Its number, in no text of any other.
    pub number: usize,
    /// Its entries, after the marker.
    pub entries: Vec<RecordedEntry>,
    /// Whether it was answered.
    pub known: Known,
}

impl RecordedRequest {
    /// The `pspTransactionId` of the marker.
    pub fn marker(&self) -> String {
        format!("marker-{}", self.number)
    }

    /// The idempotency key.
    pub fn key(&self) -> String {
        format!("request-{}", self.number)
    }

    /// The text of an entry, which the payment's history shows when it is applied.
    pub fn text(&self, position: usize) -> String {
        format!("request {} entry {position}", self.number)
    }

    /// The body, the same each time.
    pub fn body(&self) -> Value {
        let marker = json!({"pspTransactionId": self.marker(), "status": "CAPTURED", "amount": 100});
        let entries = self.entries.iter().enumerate().map(|(index, entry)| {
            let text = self.text(index.saturating_add(1));
            json!({"pspTransactionId": entry.id, "status": entry.status, "amount": entry.amount, "paymentText": text})
        });
        json!({"transactions": std::iter::once(marker).chain(entries).collect::<Vec<_>>()})
    }
}

/// Everything that the outside knows. Shared by reference between tasks.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Records>);

#[derive(Debug, Default)]
struct Records {
    payments: BTreeMap<String, RecordedPayment>,
    requests: Vec<RecordedRequest>,
}

impl Recorder {
    /// A payment is about to be started.
    pub fn starts(&self, payment: RecordedPayment) {
        self.records().payments.insert(payment.id.clone(), payment);
    }

    /// Its init was answered with this link token.
    pub fn started(&self, id: &str, token: &str) {
        self.change(id, |payment| {
            payment.init = Known::Acknowledged;
            payment.token = Some(token.to_owned());
        });
    }

    /// A force-approve is about to be sent (`Sent`), or was answered (`Acknowledged`).
    pub fn approved(&self, id: &str, known: Known) {
        self.change(id, |payment| payment.outcome = Some(known));
    }

    /// An updatestatus request is about to be sent.
    pub fn reports(&self, entries: Vec<RecordedEntry>) -> RecordedRequest {
        let mut records = self.records();
        let request = RecordedRequest { number: records.requests.len(), entries, known: Known::Sent };
        records.requests.push(request.clone());
        request
    }

    /// It was answered.
    pub fn reported(&self, number: usize) {
        if let Some(request) = self.records().requests.get_mut(number) {
            request.known = Known::Acknowledged;
        }
    }

    /// All payments, by id.
    pub fn payments(&self) -> Vec<RecordedPayment> {
        self.records().payments.values().cloned().collect()
    }

    pub fn payment(&self, id: &str) -> Option<RecordedPayment> {
        self.records().payments.get(id).cloned()
    }

    /// All updatestatus requests, in the order of their sending.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.records().requests.clone()
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut RecordedPayment)) {
        if let Some(payment) = self.records().payments.get_mut(id) {
            change(payment);
        }
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
