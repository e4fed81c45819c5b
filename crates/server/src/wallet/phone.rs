//! What a signed-in user can do on the phone: see what waits, open a link, approve, cancel, look back.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use lommebok_domain::{Binding, CancelledBy, CardId, Command, Payment, PaymentId, UserId};
use lommebok_store::{Card, Page, PaymentFilter};

use super::{Fault, Wallet};

/// Receipts on one page.
pub const RECEIPTS_PER_PAGE: u32 = 20;
/// Payments that one phone shows as open.
const OPEN_PAYMENTS_SHOWN: u32 = 20;

impl Wallet {
    /// A payment that is bound to `user`.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`] for another user's.
    pub fn payment_of_user(&self, user: UserId, id: PaymentId) -> Result<Payment, Fault> {
        let payment = self.payment(id)?;
        if payment.binding == Binding::User(user) { Ok(payment) } else { Err(Fault::NoSuchPayment) }
    }

    /// The user's payments that are not final, newest first.
    pub fn open_payments_of(&self, user: UserId) -> Result<Vec<Payment>, Fault> {
        let filter = PaymentFilter::OpenOfUser(user);
        Ok(self.store().payments(self.tenant(), filter, None, OPEN_PAYMENTS_SHOWN)?.payments)
    }

    /// The user's payments, newest first, older than `before`.
    pub fn receipts_of(&self, user: UserId, before: Option<PaymentId>) -> Result<Page, Fault> {
        Ok(self.store().payments(self.tenant(), PaymentFilter::User(user), before, RECEIPTS_PER_PAGE)?)
    }

    /// A short text that is another one after a payment that the user's phone may show has changed, or the clock was set. It
    /// says nothing else.
    pub fn version_of_phone(&self, user: UserId) -> Result<String, Fault> {
        let (open, latest) = (self.open_payments_of(user)?, self.receipts_of(user, None)?.payments);
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
        self.carry_out_once(payment.id, Command::OpenLink { user }).await
    }

    /// The user approves with `card`; the attempt starts at once.
    pub async fn approve(&self, user: UserId, id: PaymentId, card: CardId) -> Result<Payment, Fault> {
        self.payment_of_user(user, id)?;
        let cards = self.cards_of(user)?;
        let card = cards.iter().find(|candidate| candidate.id == card).ok_or(Fault::CardNotUsable)?;
        if !self.usable(card) {
            return Err(Fault::CardNotUsable);
        }
        self.carry_out(id, Command::Approve { user, card: card.id }).await
    }

    /// The user cancels in the app.
    pub async fn cancel_in_app(&self, user: UserId, id: PaymentId) -> Result<Payment, Fault> {
        self.payment_of_user(user, id)?;
        self.carry_out(id, Command::Cancel { by: CancelledBy::App, user: Some(user) }).await
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
