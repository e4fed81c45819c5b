//! What a signed-in user can do on the phone: see what waits, open a link, approve, cancel, look back.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use lommebok_domain::{Binding, CancelledBy, CardId, Command, Payment, PaymentId, Prompt, State, UserId};
use lommebok_store::{Card, Page, PaymentFilter, PaymentReceipt};

use super::{Fault, Wallet};

/// Receipts on one page.
pub const RECEIPTS_PER_PAGE: u32 = 20;
/// Open payments on one page.
const OPEN_PER_PAGE: usize = 50;
/// The newest open payments of a user that its phone lists at all.
const OPEN_LISTED: u32 = 500;

/// A page of what waits for a user.
#[derive(Debug)]
pub struct OpenPayments {
    /// The page.
    pub payments: Vec<Payment>,
    /// How many to skip for the next page, if there is one.
    pub next: Option<usize>,
}

impl Wallet {
    /// A payment that is bound to `user`.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`] for another user's.
    pub fn payment_of_user(&self, user: UserId, id: PaymentId) -> Result<Payment, Fault> {
        let payment = self.payment(id)?;
        if payment.binding == Binding::User(user) { Ok(payment) } else { Err(Fault::NoSuchPayment) }
    }

    /// The user's payments that are not final, without the first `skip`: the newest of each PSP, then the second of each and
    /// so on, so that none is buried under another PSP's; those without a prompt come after those with one.
    pub fn open_payments_of(&self, user: UserId, skip: usize) -> Result<OpenPayments, Fault> {
        let filter = PaymentFilter::OpenOfUser(user);
        let open = self.store().payments(self.tenant(), filter, None, OPEN_LISTED)?.payments;
        let left = open.len().saturating_sub(skip);
        let payments = fairly(open).into_iter().skip(skip).take(OPEN_PER_PAGE).collect();
        let next = (left > OPEN_PER_PAGE).then(|| skip.saturating_add(OPEN_PER_PAGE));
        Ok(OpenPayments { payments, next })
    }

    /// The user's payments, newest first, older than `before`.
    pub fn receipts_of(&self, user: UserId, before: Option<PaymentId>) -> Result<Page, Fault> {
        Ok(self.store().payments(self.tenant(), PaymentFilter::User(user), before, RECEIPTS_PER_PAGE)?)
    }

    /// What became of a payment's money, with a page of its history after version `after`: at most so many lines, with texts of
    /// some so many bytes.
    pub fn receipt(&self, payment: &Payment, after: i64, limits: (u32, usize)) -> Result<PaymentReceipt, Fault> {
        Ok(self.store().receipt(payment, after, limits)?)
    }

    /// A short text that is another one after a payment that the user's phone may show has changed, or the clock was set. It
    /// says nothing else.
    pub fn version_of_phone(&self, user: UserId) -> Result<String, Fault> {
        let (open, latest) = (self.open_payments_of(user, 0)?.payments, self.receipts_of(user, None)?.payments);
        let mut hash = DefaultHasher::new();
        for payment in open.iter().chain(&latest) {
            (payment.id, payment.version).hash(&mut hash);
        }
        self.clock().changes().borrow().hash(&mut hash);
        Ok(format!("{:016x}", hash.finish()))
    }

    /// The user's cards, in the order in which they were added.
    pub fn cards_of(&self, user: UserId) -> Result<Vec<Card>, Fault> {
        Ok(self.store().cards(self.tenant(), user)?)
    }

    /// Opens a `vippsMT://?token=…` link, an https landing link, or a bare token, on this user's phone.
    pub async fn open_link(&self, user: UserId, token: &str) -> Result<Payment, Fault> {
        let payment = self.payment_by_landing_token(token)?;
        self.apply_once(payment.id, Command::OpenLink { user }).await
    }

    /// The user approves with `card`; the attempt starts at once.
    pub async fn approve(&self, user: UserId, id: PaymentId, card: CardId) -> Result<Payment, Fault> {
        self.payment_of_user(user, id)?;
        let cards = self.cards_of(user)?;
        let card = cards.iter().find(|candidate| candidate.id == card).ok_or(Fault::CardNotUsable)?;
        if !self.usable(card) {
            return Err(Fault::CardNotUsable);
        }
        self.apply(id, Command::Approve { user, card: card.id }).await
    }

    /// The user cancels in the app.
    pub async fn cancel_in_app(&self, user: UserId, id: PaymentId) -> Result<Payment, Fault> {
        self.payment_of_user(user, id)?;
        self.apply(id, Command::Cancel { by: CancelledBy::App, user: Some(user) }).await
    }

    /// Whether a token can be had for the card today.
    pub fn usable(&self, card: &Card) -> bool {
        card.details.eligible && !self.expired(card)
    }

    /// Whether the card's last month is over.
    pub fn expired(&self, card: &Card) -> bool {
        self.month_is_over(card.details.expiry_year, card.details.expiry_month)
    }

    /// Whether a month is over, in business time (UTC).
    pub fn month_is_over(&self, year: u16, month: u8) -> bool {
        let millis = self.clock().now().as_millis();
        let Ok(now) = jiff::Timestamp::from_millisecond(millis) else { return true };
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        (i32::from(today.year()), i32::from(today.month())) > (i32::from(year), i32::from(month))
    }
}

/// Payments that came newest first, in turns of their PSPs.
fn fairly(mut open: Vec<Payment>) -> Vec<Payment> {
    open.sort_by_key(|payment| matches!(payment.state, State::AwaitingApproval { prompt: Prompt::Withheld, .. }));
    let mut turns = HashMap::new();
    let mut in_turns: Vec<(usize, Payment)> = open
        .into_iter()
        .map(|payment| {
            let turn: &mut usize = turns.entry(payment.terms.psp).or_default();
            *turn = turn.saturating_add(1);
            (*turn, payment)
        })
        .collect();
    in_turns.sort_by_key(|(turn, _)| *turn);
    in_turns.into_iter().map(|(_, payment)| payment).collect()
}
