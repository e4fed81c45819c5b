//! Compares the recorder with what the wallet shows and what the PSP got. Each check answers what is wrong; nothing is right.
//!
//! The wallet is read through its boundaries: details, the Control API's log of a payment, and the batch report.

mod payments;
mod psp;
mod requests;

use std::collections::BTreeMap;
use std::fmt;

use lommebok_control_api::{Event, Failure, PaymentState, PaymentWithLog};
use serde_json::Value;

pub use payments::payments;
pub use psp::psp;
pub use requests::requests;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The payment that it is about; empty if it is about none.
    pub payment: String,
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
    /// The answer of `GET …/details`, as the PSP gets it; `None` when there is no such payment.
    pub details: Option<Value>,
    /// The payment and its log, from the Control API; `None` when there is no such payment.
    pub operator: Option<PaymentWithLog>,
}

impl Shown {
    /// Its state, when there is such a payment.
    pub fn state(&self) -> Option<PaymentState> {
        self.operator.as_ref().map(|operator| operator.payment.state)
    }

    /// The events of its log.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.operator.iter().flat_map(|operator| &operator.log).map(|entry| &entry.event)
    }

    /// Its failures, in the order of the log.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.events().filter_map(|event| if let Event::Failed(failure) = event { Some(failure) } else { None })
    }

    /// Attempts of which the wallet says that they were opened too late to be sent: not one byte of them left.
    fn never_sent(&self) -> usize {
        self.failures().filter(|failed| failed.cause == "not_delivered" && failed.detail == "too_late").count()
    }
}

/// Payments as the wallet shows them, by `pspTransactionId`.
pub type AllShown = BTreeMap<String, Shown>;
