//! The sandbox's force-approve: approves without a phone, and waits until the first outcome is durable.

use lommebok_domain::{Command, PhoneNumber, PspTransactionId, State};

use super::{Fault, Principal, Topic, Wallet};

impl Wallet {
    /// Approves `psp`'s payment for the user with `number`, with that user's first usable card; returns when the payment
    /// has left AUTHORIZING.
    ///
    /// # Errors
    /// [`Fault::UnknownLink`] when `token` is not this payment's; [`Fault::UnknownUser`]; refusals by state.
    pub async fn force_approve(
        &self,
        principal: Principal,
        id: &PspTransactionId,
        number: &PhoneNumber,
        token: &str,
    ) -> Result<(), Fault> {
        let payment = self.store().payment_of_psp(self.tenant(), principal.psp, id)?.ok_or(Fault::NoSuchPayment)?;
        if self.linked_payment(token)? != payment.id {
            return Err(Fault::UnknownLink);
        }
        let user = self.user_by_number(number)?.ok_or(Fault::UnknownUser)?.id;
        let card = self.cards_of(user)?.into_iter().find(|card| self.usable(card)).ok_or(Fault::CardNotUsable)?;
        let mut changes = self.hub().subscribe(Topic::Payment(payment.id));
        let payment = self.apply_to(payment, Command::ForceApprove { user, card: card.id }).await?;
        loop {
            let hint = tokio::select! {
                hint = changes.next() => hint,
                () = self.tasks().ending().cancelled() => return Err(Fault::Stopping),
            };
            let authorizing = match hint {
                Some(hint) => hint.authorizing || hint.version <= payment.version,
                None => matches!(self.payment(payment.id)?.state, State::Authorizing { .. }),
            };
            if !authorizing {
                return Ok(());
            }
        }
    }
}
