//! A tenant's users: their numbers, cards and sessions. All are read each time.

mod pin_source;
mod sessions;

use std::sync::Arc;

use lommebok_domain::{Binding, CardId, PhoneNumber, TenantId, UserId};
use lommebok_store::{Card, KeyedHash, Store, User};

pub use pin_source::{BrowserId, SignInFrom};
pub use sessions::{SignedIn, pin_hash};

use crate::after_commit::Hub;
use crate::clock::BusinessClock;
use crate::fault::Fault;
use crate::keys::Keys;
use crate::keys::envelope::Place;
use crate::keys::lookup::Purpose;
use crate::randomness::Randomness;
use crate::writer::Writer;

/// The users of one tenant.
#[derive(Debug)]
pub struct People {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) writer: Arc<Writer>,
    pub(crate) clock: BusinessClock,
    pub(crate) keys: Arc<Keys>,
    pub(crate) randomness: Randomness,
    /// The phones of a user whose session has ended look whether they may still watch.
    pub(crate) hints: Hub,
}

impl People {
    /// A user of this wallet.
    pub async fn user(&self, id: UserId) -> Result<User, Fault> {
        self.store.user(self.tenant, id).await?.ok_or(Fault::NoSession)
    }

    /// The user who was there first.
    pub(crate) async fn first(&self) -> Result<Option<User>, Fault> {
        Ok(self.store.users(self.tenant, 1).await?.into_iter().next())
    }

    /// The first users, in the order in which they were added.
    pub async fn all(&self, at_most: u32) -> Result<Vec<User>, Fault> {
        Ok(self.store.users(self.tenant, at_most).await?)
    }

    /// The user with this number.
    pub async fn user_by_number(&self, number: &PhoneNumber) -> Result<Option<User>, Fault> {
        let hash = self.keys.lookup.hash_within(Purpose::PhoneNumber, self.tenant.get(), number.as_str().as_bytes());
        Ok(self.store.user_by_phone(self.tenant, &KeyedHash::new(*hash.as_bytes())).await?)
    }

    /// Whom a number binds a payment to.
    pub(crate) async fn binding_of(&self, number: &PhoneNumber) -> Result<Binding, Fault> {
        let user = self.user_by_number(number).await?;
        Ok(user.map_or(Binding::Nobody, |user| Binding::User(user.id)))
    }

    /// A user's phone number, opened.
    pub fn phone_number(&self, user: &User) -> Result<String, Fault> {
        let sealed = user.phone_sealed.as_bytes();
        let row = user.phone.as_bytes();
        let place = Place { table: "wallet_user", tenant: self.tenant.get(), row, column: "phone_sealed" };
        let opened = self.keys.envelope.open(place, sealed).map_err(|_| Fault::Secret)?;
        String::from_utf8(opened.to_vec()).map_err(|_| Fault::Secret)
    }

    /// The user's cards, in the order in which they were added.
    pub async fn cards_of(&self, user: UserId) -> Result<Vec<Card>, Fault> {
        Ok(self.store.cards(self.tenant, user).await?)
    }

    /// A card.
    ///
    /// # Errors
    /// [`Fault::CardNotUsable`] when there is none with this number.
    pub async fn card(&self, id: CardId) -> Result<Card, Fault> {
        self.store.card(self.tenant, id).await?.ok_or(Fault::CardNotUsable)
    }

    /// Whether the card can get a token today.
    pub fn usable(&self, card: &Card) -> bool {
        card.details.eligible && !self.expired(card)
    }

    /// Whether the card's last month is over.
    pub fn expired(&self, card: &Card) -> bool {
        self.month_is_over(card.details.expiry_year, card.details.expiry_month)
    }

    /// Whether a month is over, in business time (UTC).
    pub fn month_is_over(&self, year: u16, month: u8) -> bool {
        let millis = self.clock.now().as_millis();
        let Ok(now) = jiff::Timestamp::from_millisecond(millis) else { return true };
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        (i32::from(today.year()), i32::from(today.month())) > (i32::from(year), i32::from(month))
    }
}
