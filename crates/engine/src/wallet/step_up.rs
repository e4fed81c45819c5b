//! The return from the PSP's 3-D Secure page. The URL is a hint, not a proof: the PSP decides when attempt 2 comes.

use lommebok_domain::{Command, Payment, ReturnId, StepUpResult};

use super::{Fault, Wallet};

impl Wallet {
    /// The payment whose `operations` URLs carry `id`.
    ///
    /// # Errors
    /// [`Fault::UnknownLink`] when no step-up ever had it.
    pub fn payment_by_return_id(&self, id: ReturnId) -> Result<Payment, Fault> {
        self.store().payment_of_step_up(self.tenant(), id)?.ok_or(Fault::UnknownLink)
    }

    /// The user came back: attempt 2 is queued, or the payment ends.
    pub async fn return_from_step_up(&self, id: ReturnId, result: StepUpResult) -> Result<Payment, Fault> {
        let payment = self.payment_by_return_id(id)?;
        self.apply(payment.id, Command::ReturnFromStepUp { return_id: id, result }).await
    }
}
