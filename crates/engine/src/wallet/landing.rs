//! What the holder of a landing link can do: see the payment, say whose phone to prompt, cancel. The link never approves.

use lommebok_domain::{Binding, CancelledBy, Command, Payment, PaymentId, PhoneNumber};

use super::{Fault, Wallet};

impl Wallet {
    /// The payment behind a landing token.
    ///
    /// # Errors
    /// [`Fault::UnknownLink`] for anything that is not a link of this wallet, or one whose day is over.
    pub fn payment_by_landing_token(&self, token: &str) -> Result<Payment, Fault> {
        let id = self.linked_payment(token)?;
        self.store().payment(self.tenant(), id)?.ok_or(Fault::UnknownLink)
    }

    /// The number of the payment behind a landing token.
    pub(super) fn linked_payment(&self, token: &str) -> Result<PaymentId, Fault> {
        let handle = self.keys().handle.read(token).map_err(|_| Fault::UnknownLink)?;
        if handle.tenant != self.tenant() || self.clock().now() >= handle.expiry {
            return Err(Fault::UnknownLink);
        }
        Ok(handle.payment)
    }

    /// Binds the payment to whoever has `number`, or to nobody: the answer is alike, so that a link tells nobody which
    /// numbers are users'.
    pub async fn confirm_number(&self, payment: &Payment, number: &PhoneNumber) -> Result<Payment, Fault> {
        let to = self.binding_of(number)?;
        self.confirm(payment, to).await
    }

    /// Cancels on the landing page.
    pub async fn cancel_on_landing_page(&self, payment: &Payment) -> Result<Payment, Fault> {
        self.apply(payment.id, Command::Cancel { by: CancelledBy::LandingPage, user: None }).await
    }

    /// Whom a number binds a payment to.
    pub(crate) fn binding_of(&self, number: &PhoneNumber) -> Result<Binding, Fault> {
        let user = self.user_by_number(number)?;
        Ok(user.map_or(Binding::Nobody, |user| Binding::User(user.id)))
    }
}
