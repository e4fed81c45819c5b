//! The sandbox's force-approve: approves without a phone, and waits until the first outcome is durable.

use std::sync::Arc;

use lommebok_domain::{Command, PhoneNumber, PspTransactionId};

use super::Links;
use crate::after_commit::Topic;
use crate::directory::Principal;
use crate::fault::Fault;
use crate::payments::Payments;
use crate::people::People;

/// Approves without a phone. Only a sandbox's assembly makes one.
#[derive(Debug)]
pub struct ForceApprove {
    pub(crate) payments: Arc<Payments>,
    pub(crate) people: Arc<People>,
    pub(crate) links: Arc<Links>,
}

impl ForceApprove {
    /// Approves `psp`'s payment for the user with `number`, with that user's first usable card; returns when the payment
    /// has left AUTHORIZING.
    ///
    /// # Errors
    /// [`Fault::UnknownLink`] when `token` is not this payment's; [`Fault::UnknownUser`]; refusals by state.
    pub async fn approve(
        &self,
        principal: Principal,
        id: &PspTransactionId,
        number: &PhoneNumber,
        token: &str,
    ) -> Result<(), Fault> {
        let payment = self.payments.of_psp(principal.psp, id).await?;
        if self.links.payment(token)? != payment.id {
            return Err(Fault::UnknownLink);
        }
        let user = self.people.user_by_number(number).await?.ok_or(Fault::UnknownUser)?.id;
        let cards = self.people.cards_of(user).await?;
        let card = cards.into_iter().find(|card| self.people.usable(card)).ok_or(Fault::CardNotUsable)?;
        let mut changes = self.payments.hints().subscribe(Topic::Payment(payment.id));
        let payment = self.payments.apply_to(payment, Command::ForceApprove { user, card: card.id }).await?;
        self.payments.left_authorizing(&mut changes, &payment).await
    }
}
