//! Users of the wallet, their cards, their phones' sessions, and tries to begin one. Of a card number only BIN and last four are
//! stored.

use lommebok_domain::{CardId, CardKind, CardScheme, TenantId, Timestamp, UserId};

use crate::secret::{KeyedHash, Sealed};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    /// The closed world that the user belongs to.
    pub tenant: TenantId,
    /// Shown on the phone.
    pub name: String,
    /// Keyed hash of the phone number, unique in the tenant.
    pub phone: KeyedHash,
    /// The phone number, sealed.
    pub phone_sealed: Sealed,
    /// The PIN's hash, in the caller's own form.
    pub pin: Sealed,
}

#[derive(Clone, Debug)]
pub struct NewUser {
    /// Shown on the phone.
    pub name: String,
    /// Keyed hash of the phone number, unique in the tenant.
    pub phone: KeyedHash,
    /// The phone number, sealed.
    pub phone_sealed: Sealed,
    /// The PIN's hash, in the caller's own form.
    pub pin: Sealed,
}

/// What is known of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardDetails {
    /// The first six digits.
    pub bin: String,
    /// The last four digits.
    pub last_four: String,
    pub scheme: CardScheme,
    pub kind: CardKind,
    /// Month of expiry, 1 to 12.
    pub expiry_month: u8,
    /// Year of expiry, four digits.
    pub expiry_year: u16,
    /// Whether a network token can be made for it.
    pub eligible: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub id: CardId,
    pub tenant: TenantId,
    pub user: UserId,
    pub details: CardDetails,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Keyed hash of the bearer token.
    pub token: KeyedHash,
    pub tenant: TenantId,
    pub user: UserId,
    /// When (business time).
    pub created_at: Timestamp,
    /// Until when (business time).
    pub expires_at: Timestamp,
}

/// One try to sign in. Whether it may be judged at all and how it counts is decided where it is written, one try after another, so
/// that of parallel guesses each counts. A locked one is answered with [`crate::CommitFault::PinLocked`] and changes nothing.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub from: TriedFrom,
    /// When (business time).
    pub at: Timestamp,
    pub pin: TriedPin,
}

/// Where a number was tried from. The hashes are bound to the number, and say neither it nor an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriedFrom {
    /// A browser that has signed this number's user in before: it has a count of its own.
    KnownBrowser(KeyedHash),
    Address {
        /// The number and this address.
        here: KeyedHash,
        /// The number and all unknown addresses together.
        anywhere: KeyedHash,
    },
}

#[derive(Clone, Debug)]
pub enum TriedPin {
    /// Wrong, or no user has the number: it is counted.
    Wrong,
    /// Right: the source's count ends, the session begins, and the browser is known from now on.
    Right {
        session: Session,
        /// The browser, by the number and its cookie's random id.
        browser: KeyedHash,
    },
}

/// A change of the sessions.
#[derive(Clone, Debug)]
pub enum SessionWrite {
    /// A try to sign in.
    SignIn(Box<SignIn>),
    /// A user signed out. Repeating is harmless.
    Close(KeyedHash),
}
