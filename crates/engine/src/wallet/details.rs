//! The details of a payment as its PSP sees them.

use lommebok_domain::PspTransactionId;
use lommebok_store::PaymentDetails;

use super::{Fault, Principal, Wallet};

impl Wallet {
    /// What has become of the PSP's payment with this id, and of its money. A history of more than about `at_most_bytes` is not
    /// read to its end.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`] also for another PSP's.
    pub fn details(
        &self,
        principal: Principal,
        id: &PspTransactionId,
        at_most_bytes: usize,
    ) -> Result<PaymentDetails, Fault> {
        self.store().details_of_psp(self.tenant(), principal.psp, id, at_most_bytes)?.ok_or(Fault::NoSuchPayment)
    }
}
