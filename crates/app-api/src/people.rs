//! Users: signing in, whose session it is, and the cards to pay with.

use lommebok_values::{CardKind, CardScheme};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of `POST /sessions`. It holds a secret, so that nothing shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// As people write it: `+47 12 34 56 78`, `0047…`, `12-34-56-78`.
    pub phone_number: String,
    /// The user's PIN.
    pub pin: String,
    /// The closed world that is meant; there is one, `default`, and it may be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

/// The answer of `POST /sessions`. It holds a secret, so that nothing shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    /// The bearer token of every other call, for 12 hours of business time.
    pub session: String,
    /// Whose it is.
    pub user: User,
}

/// The answer of `GET /sessions/current`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CurrentSession {
    /// Whose it is.
    pub user: User,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// For people.
    pub name: String,
    /// Eight digits.
    pub phone_number: String,
}

/// The answer of `GET /cards`, in the order in which the user keeps them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cards {
    /// The cards.
    pub cards: Vec<Card>,
}

/// A card to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// Opaque.
    pub id: String,
    /// Its scheme.
    pub network: CardScheme,
    /// Whether it draws on an account or on credit.
    pub kind: CardKind,
    /// The last four digits of its number.
    pub last_four: String,
    /// Its last month: `2030-03`.
    pub expiry: String,
    /// Whether it can pay.
    pub eligible: bool,
    /// Why it can't; null when it can.
    #[schema(required = true)]
    pub why: Option<NotUsable>,
}

/// Why a card can't pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NotUsable {
    /// Its last month is over.
    Expired,
    /// The card scheme gives no token for it.
    NotEligible,
}
