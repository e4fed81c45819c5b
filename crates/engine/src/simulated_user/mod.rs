//! The sandbox's hand on the phone: approves, cancels and comes back from 3-D Secure as a payment's user, without a phone and
//! without a page. One implementation for Control API, command line and test kit.
//!
//! It does what a user could do, by the same commands: the phone shows it, and the rules refuse what they refuse a user. A
//! newcomer's mistake: to prompt the phone before user and card are known to be good; bad input changes nothing.

mod script;
mod scripted;

use std::sync::Arc;

use lommebok_domain::{
    Action, Binding, CardId, CardScheme, NotPossible, Payment, PaymentId, PhoneNumber, State, StepUpResult, UserId,
};
use lommebok_store::Card;

use crate::after_commit::Topic;
use crate::approvals::Approvals;
use crate::fault::Fault;
use crate::inits::InitSecrets;
use crate::payments::Payments;
use crate::people::People;

pub use script::{Asked, Script, ScriptFault};
pub(crate) use scripted::Planned;
pub use scripted::ScriptedUsers;

/// Acts as users. Only a sandbox's assembly makes one.
#[derive(Debug)]
pub struct SimulatedUser {
    pub(crate) payments: Arc<Payments>,
    pub(crate) people: Arc<People>,
    pub(crate) secrets: Arc<InitSecrets>,
    pub(crate) approvals: Approvals,
}

/// Who approves, with what.
#[derive(Clone, Debug, Default)]
pub struct Approval {
    /// The number of the user. Without it: who is bound to the payment already, else the number that came with its init, else
    /// the first user of the sandbox.
    pub number: Option<PhoneNumber>,
    /// One of the user's cards.
    pub card: CardChoice,
}

/// One of a user's usable cards; the first of those that fit, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CardChoice {
    /// Any.
    #[default]
    Any,
    /// One of this network.
    Network(CardScheme),
    /// One whose number ends so.
    LastFour(String),
    /// The one with this number of ours.
    Id(CardId),
}

/// Why the user did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ActingFault {
    /// As for any user.
    #[error(transparent)]
    Wallet(#[from] Fault),
    /// The payment's state does not allow it.
    #[error(transparent)]
    NotPossible(#[from] NotPossible),
    /// The number that was given is nobody's.
    #[error("no user has this number")]
    UnknownUser,
    /// The payment's own number is nobody's.
    #[error("the payment's number is nobody's; name a user who approves")]
    NobodysNumber,
    /// The user has no such card that can be used; these can.
    #[error("the user has no such card that can be used; usable are: {}", listed(.usable))]
    NoSuchCard {
        /// The user's cards that can be used.
        usable: Vec<Card>,
    },
}

impl SimulatedUser {
    /// Approves, and waits until the first outcome is durable: the payment has left AUTHORIZING.
    ///
    /// # Errors
    /// [`ActingFault`]; nothing has changed then, unless the wallet fails.
    pub async fn approve(&self, id: PaymentId, approval: &Approval) -> Result<Payment, ActingFault> {
        let mut changes = self.payments.hints().subscribe(Topic::Payment(id));
        let approved = self.begin_approval(id, approval).await?;
        self.payments.left_authorizing(&mut changes, &approved).await?;
        Ok(self.payments.load(id).await?)
    }

    /// Approves. The attempt has been queued when this returns.
    ///
    /// # Errors
    /// As [`SimulatedUser::approve`].
    pub async fn begin_approval(&self, id: PaymentId, approval: &Approval) -> Result<Payment, ActingFault> {
        let payment = self.waiting(id, Action::Approve).await?;
        let (user, number) = self.approver(&payment, approval.number.as_ref()).await?;
        let card = self.card(user, &approval.card).await?;
        if let Some(number) = number {
            self.approvals.confirm_number(&payment, &number).await?;
        }
        Ok(self.approvals.approve(user, id, card).await?)
    }

    /// Cancels: in the app where the payment has a user, else on the landing page.
    ///
    /// # Errors
    /// [`ActingFault`]; nothing has changed then.
    pub async fn cancel(&self, id: PaymentId) -> Result<Payment, ActingFault> {
        let payment = self.waiting(id, Action::Cancel).await?;
        let cancelled = match payment.binding {
            Binding::User(user) => self.approvals.cancel_in_app(user, id).await,
            Binding::Open | Binding::Nobody => self.approvals.cancel_on_landing_page(&payment).await,
        };
        Ok(cancelled?)
    }

    /// Comes back from 3-D Secure; after a success the PSP is called again, and this waits until that outcome is durable.
    ///
    /// # Errors
    /// [`ActingFault`]; nothing has changed then, unless the wallet fails.
    pub async fn step_up(&self, id: PaymentId, result: StepUpResult) -> Result<Payment, ActingFault> {
        let mut changes = self.payments.hints().subscribe(Topic::Payment(id));
        let returned = self.begin_step_up(id, result).await?;
        self.payments.left_authorizing(&mut changes, &returned).await?;
        Ok(self.payments.load(id).await?)
    }

    /// Comes back from 3-D Secure. After a success the attempt has been queued when this returns.
    ///
    /// # Errors
    /// As [`SimulatedUser::step_up`].
    pub async fn begin_step_up(&self, id: PaymentId, result: StepUpResult) -> Result<Payment, ActingFault> {
        let payment = self.waiting(id, Action::StepUp).await?;
        let State::StepUp { return_id, .. } = payment.state else {
            return Err(NotPossible { asked: Action::StepUp, state: payment.state.name() }.into());
        };
        Ok(self.approvals.return_from_step_up(return_id, result).await?)
    }

    /// The payment, whose state must allow this.
    async fn waiting(&self, id: PaymentId, asked: Action) -> Result<Payment, ActingFault> {
        let payment = self.payments.load(id).await?;
        asked.check(payment.state.name())?;
        Ok(payment)
    }

    /// Who approves, and the number that is to be confirmed first, unless that user's phone is prompted already.
    async fn approver(
        &self,
        payment: &Payment,
        named: Option<&PhoneNumber>,
    ) -> Result<(UserId, Option<PhoneNumber>), ActingFault> {
        let number = match (named, payment.binding) {
            (Some(number), _) => number.clone(),
            (None, Binding::User(user)) => return Ok((user, None)),
            (None, Binding::Nobody) => return Err(ActingFault::NobodysNumber),
            (None, Binding::Open) => self.usual_number(payment).await?,
        };
        match self.people.user_by_number(&number).await? {
            Some(user) => Ok((user.id, (payment.binding != Binding::User(user.id)).then_some(number))),
            None if named.is_some() => Err(ActingFault::UnknownUser),
            None => Err(ActingFault::NobodysNumber),
        }
    }

    /// The number that came with the init, else the first user's.
    async fn usual_number(&self, payment: &Payment) -> Result<PhoneNumber, ActingFault> {
        if let Some(number) = self.secrets.customer_number(payment).await? {
            return Ok(number);
        }
        let first = self.people.first().await?.ok_or(ActingFault::UnknownUser)?;
        Ok(PhoneNumber::new(&self.people.phone_number(&first)?).ok_or(Fault::Secret)?)
    }

    async fn card(&self, user: UserId, choice: &CardChoice) -> Result<CardId, ActingFault> {
        let mut usable = self.people.cards_of(user).await?;
        usable.retain(|card| self.people.usable(card));
        let chosen = usable.iter().find(|card| choice.fits(card)).map(|card| card.id);
        chosen.ok_or(ActingFault::NoSuchCard { usable })
    }
}

impl CardChoice {
    /// What a text chooses: a network's name, the last four digits, or any other number that we gave a card.
    pub fn parse(text: &str) -> Option<Self> {
        let network = CardScheme::ALL.iter().find(|network| network.as_str().eq_ignore_ascii_case(text));
        if let Some(network) = network {
            return Some(Self::Network(*network));
        }
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if text.len() == LAST_FOUR {
            Some(Self::LastFour(text.to_owned()))
        } else {
            text.parse().ok().map(CardId::new).map(Self::Id)
        }
    }

    fn fits(&self, card: &Card) -> bool {
        match self {
            Self::Any => true,
            Self::Network(network) => card.details.scheme == *network,
            Self::LastFour(digits) => card.details.last_four == *digits,
            Self::Id(id) => card.id == *id,
        }
    }
}

/// So many digits are the end of a card's number, and not our number for it.
const LAST_FOUR: usize = 4;

fn listed(cards: &[Card]) -> String {
    let names = cards.iter().map(|card| format!("{} {}", card.details.scheme.as_str(), card.details.last_four));
    let names = names.collect::<Vec<_>>().join(", ");
    if names.is_empty() { "none".to_owned() } else { names }
}
