//! What a user does to a payment: on the landing page (say whose phone to prompt, cancel), on the phone (open a link, approve,
//! cancel), and on the way back from the PSP's 3-D Secure page. The holder of a link can't approve with it.

mod force_approve;
mod links;
mod prompts;

use std::sync::Arc;

use lommebok_domain::{
    Binding, CancelledBy, CardId, Command, Entrance, Payment, PaymentId, PhoneNumber, ReturnId, StepUpResult, UserId,
};

pub use force_approve::ForceApprove;
pub use links::Links;
pub(crate) use prompts::PromptTurns;
pub use prompts::Prompts;

use crate::fault::Fault;
use crate::payments::Payments;
use crate::people::People;

/// Stands for the user of a number that is nobody's, so that as much is done for it; no user has this number.
const NOBODY: UserId = UserId::new(i64::MAX);

/// What users do to payments. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Approvals {
    pub(crate) payments: Arc<Payments>,
    pub(crate) people: Arc<People>,
    pub(crate) links: Arc<Links>,
    pub(crate) prompts: Arc<Prompts>,
}

impl Approvals {
    /// The payment behind a landing token.
    ///
    /// # Errors
    /// [`Fault::UnknownLink`] for anything that is not a link of this wallet, or one whose day is over.
    pub async fn linked(&self, token: &str) -> Result<Payment, Fault> {
        match self.payments.load(self.links.payment(token)?).await {
            Err(Fault::NoSuchPayment) => Err(Fault::UnknownLink),
            payment => payment,
        }
    }

    /// The number of the payment behind a landing token, if the token is one; nothing is read for it.
    pub fn number_of_link(&self, token: &str) -> Option<PaymentId> {
        self.links.payment(token).ok()
    }

    /// Binds the payment to the user with `number`, or to nobody, and prompts that user, unless there is too much on that phone
    /// already. The answer is alike, so that a link tells nobody which numbers are users'.
    pub async fn confirm_number(&self, payment: &Payment, number: &PhoneNumber) -> Result<Payment, Fault> {
        let to = self.people.binding_of(number).await?;
        let user = if let Binding::User(user) = to { user } else { NOBODY };
        let prompt = self.prompts.may_prompt(payment.terms.psp, user, Some(payment.id)).await;
        let (_turn, command) = match prompt {
            Ok(turn) => (Some(turn), Command::ConfirmNumber { to }),
            Err(Fault::TooManyPrompts { .. }) => (None, Command::ConfirmWithoutPrompt { to }),
            Err(fault) => return Err(fault),
        };
        self.payments.apply_once(payment.id, command).await
    }

    /// Cancels on the landing page.
    pub async fn cancel_on_landing_page(&self, payment: &Payment) -> Result<Payment, Fault> {
        self.payments.apply(payment.id, Command::Cancel { by: CancelledBy::LandingPage, user: None }).await
    }

    /// Opens a `vippsMT://?token=…` link, an https landing link, or a bare token, on this user's phone.
    pub async fn open_link(&self, user: UserId, token: &str) -> Result<Payment, Fault> {
        let payment = self.linked(token).await?;
        self.payments.apply_once(payment.id, Command::OpenLink { user }).await
    }

    /// The user approves with `card`; the attempt starts at once.
    pub async fn approve(&self, user: UserId, id: PaymentId, card: CardId) -> Result<Payment, Fault> {
        self.payments.of_user(user, id).await?;
        let cards = self.people.cards_of(user).await?;
        let card = cards.iter().find(|candidate| candidate.id == card).ok_or(Fault::CardNotUsable)?;
        if !self.people.usable(card) {
            return Err(Fault::CardNotUsable);
        }
        self.payments.apply(id, Command::Approve { user, card: card.id }).await
    }

    /// The user cancels in the app.
    pub async fn cancel_in_app(&self, user: UserId, id: PaymentId) -> Result<Payment, Fault> {
        self.payments.of_user(user, id).await?;
        self.payments.apply(id, Command::Cancel { by: CancelledBy::App, user: Some(user) }).await
    }

    /// The user came back from the PSP's 3-D Secure page: attempt 2 is queued, or the payment ends. The URL is a hint, not a
    /// proof: the PSP decides when attempt 2 comes.
    pub async fn return_from_step_up(&self, id: ReturnId, result: StepUpResult) -> Result<Payment, Fault> {
        let payment = self.payments.of_step_up(id).await?;
        self.payments.apply(payment.id, Command::ReturnFromStepUp { return_id: id, result }).await
    }

    /// Whether the phone offers *Back to the shop* at the end: opened through its link on the phone, or made for an app.
    pub async fn leads_back_to_shop(&self, payment: &Payment) -> Result<bool, Fault> {
        match payment.terms.entrance {
            Entrance::Push => Ok(false),
            Entrance::App => Ok(true),
            Entrance::LandingPage => self.payments.was_opened_by_link(payment.id).await,
        }
    }
}
