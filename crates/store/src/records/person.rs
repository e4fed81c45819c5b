//! Users of the wallet, their cards and their phones' sessions. Card numbers are never stored: BIN and last four only.

use lommebok_domain::{CardId, CardKind, CardScheme, TenantId, Timestamp, UserId};

use crate::secret::{KeyedHash, Sealed};

/// A user of the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Our number.
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

/// A user to be stored.
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
    /// Its scheme.
    pub scheme: CardScheme,
    /// Its kind.
    pub kind: CardKind,
    /// Month of expiry, 1 to 12.
    pub expiry_month: u8,
    /// Year of expiry, four digits.
    pub expiry_year: u16,
    /// Whether a network token can be had for it.
    pub eligible: bool,
}

/// A user's card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Our number.
    pub id: CardId,
    /// The closed world that it belongs to.
    pub tenant: TenantId,
    /// Whose card.
    pub user: UserId,
    /// The rest.
    pub details: CardDetails,
}

/// A phone's session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Keyed hash of the bearer token.
    pub token: KeyedHash,
    /// The closed world that it belongs to.
    pub tenant: TenantId,
    /// Who signed in.
    pub user: UserId,
    /// When (business time).
    pub created_at: Timestamp,
    /// Until when (business time).
    pub expires_at: Timestamp,
}
