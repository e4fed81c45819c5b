//! Users with their cards, and what they do by themselves, which only a sandbox has.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer of `GET /users`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Users {
    /// The first 1,000, in the order in which they were added.
    pub users: Vec<User>,
}

/// A user: the answer of `GET /users/{number}`, and of a change of its script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Our number for it, as in a payment's `boundTo`.
    pub id: i64,
    /// The phone number.
    pub phone_number: String,
    /// As the phone shows it.
    pub name: String,
    /// In the order in which they were added.
    pub cards: Vec<Card>,
    /// What the user does by itself; null when a person plays it.
    #[schema(required = true)]
    pub script: Option<String>,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// Our number for it.
    pub id: i64,
    /// `VISA` or `MASTERCARD`.
    pub network: String,
    /// `debit` or `credit`.
    pub kind: String,
    /// The last four digits.
    pub last_four: String,
    /// The last month in which it can be used, `12/2031`.
    pub expiry: String,
    /// Whether a payment can be made with it today.
    pub usable: bool,
}

/// The body of `PUT /users/{number}/script`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetScript {
    /// Words with spaces between: one of `approve-after=3s`, `approve`, `cancel-after=3s`, `cancel` and `ignore`; with an approval, or alone,
    /// `step-up=passed`, `cancelled` or `failed`; with an approval `card=VISA`, as of `POST /payments/{id}/approve`.
    #[schema(max_length = 200, example = "approve-after=3s step-up=passed")]
    pub script: String,
}
