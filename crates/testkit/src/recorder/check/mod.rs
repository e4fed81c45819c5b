//! Compares the recorder with what the wallet shows and what the PSP got. Each check answers what is wrong; nothing is right.
//!
//! The wallet is read through its boundaries: details, the Control API's log of a payment, and the batch report.

mod payments;
mod psp;
mod requests;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

pub use payments::payments;
pub use psp::psp;
pub use requests::requests;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The payment that it is about; empty if it is about none.
    pub payment: String,
    /// What is wrong.
    pub what: String,
}

impl Wrong {
    fn new(payment: &str, what: impl Into<String>) -> Self {
        Self { payment: payment.to_owned(), what: what.into() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.payment, self.what)
    }
}

/// A payment as the wallet shows it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The answer of `GET …/details`; `None` when there is no such payment.
    pub details: Option<Value>,
    /// The payment and its log, from the Control API; `Null` when there is no such payment.
    pub operator: Value,
}

impl Shown {
    /// Its state, in the wallet's words; empty when there is no such payment.
    pub fn state(&self) -> &str {
        self.operator["state"].as_str().unwrap_or_default()
    }

    /// The events of this kind in its log.
    pub fn events(&self, kind: &str) -> Vec<&Value> {
        let log = self.operator["log"].as_array().map(Vec::as_slice).unwrap_or_default();
        log.iter().filter(|event| event["event"] == kind).collect()
    }

    /// Attempts of which the wallet says that they were opened too late to be sent: not one byte of them left.
    fn never_sent(&self) -> usize {
        let too_late =
            |event: &&Value| event["detail"]["cause"] == "not_delivered" && event["detail"]["detail"] == "too_late";
        self.events("failed").into_iter().filter(too_late).count()
    }

    /// The sum of the amounts of the events of this kind.
    fn sum(&self, kind: &str) -> u64 {
        self.events(kind)
            .iter()
            .fold(0, |sum, event| sum.saturating_add(event["detail"]["amount"].as_u64().unwrap_or(0)))
    }
}

/// Payments as the wallet shows them, by `pspTransactionId`.
pub type AllShown = BTreeMap<String, Shown>;
