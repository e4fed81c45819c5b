//! The details of a payment as its PSP sees them.

use lommebok_domain::history::{self, HistoryLine};
use lommebok_domain::{Payment, PspTransactionId};

use super::{Fault, Principal, Wallet};

/// A payment with its history.
#[derive(Debug)]
pub struct Details {
    /// The payment.
    pub payment: Payment,
    /// Oldest first.
    pub history: Vec<HistoryLine>,
}

impl Wallet {
    /// The PSP's payment with this id, and what has happened to its money.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`] also for another PSP's.
    pub fn details(&self, principal: Principal, id: &PspTransactionId) -> Result<Details, Fault> {
        let (payment, events) =
            self.store().details_of_psp(self.tenant(), principal.psp, id)?.ok_or(Fault::NoSuchPayment)?;
        let history = history::lines(&payment, &events);
        Ok(Details { payment, history })
    }
}
