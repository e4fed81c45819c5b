//! A payment as its user's phone sees it, alone and among those that wait.

use lommebok_values::CardScheme;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The query of `GET /payments`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OpenQuery {
    /// The `next` of the answer: its next page.
    #[serde(default)]
    pub skip: usize,
}

/// The answer of `GET /payments`: what waits for the user, 50 a page, in turns the newest of each PSP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenPayments {
    /// Business time at this moment.
    pub clock: Clock,
    /// The payments.
    pub payments: Vec<Payment>,
    /// Where the next page begins; null on the last one.
    #[schema(required = true)]
    pub next: Option<usize>,
}

/// Business time, by which every deadline goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Clock {
    /// What it shows.
    #[schema(format = DateTime)]
    pub now: String,
    /// Whether it moves.
    pub runs: bool,
}

/// The body of `POST /payments/open`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenLink {
    /// `vippsMT://?token=…`, `vipps://?token=…` or the landing page's own address, of at most 2,048 characters.
    pub link: String,
}

/// The body of `POST /payments/{id}/approve`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Approve {
    /// The card to pay with.
    pub card_id: String,
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Opaque, at most 64 characters.
    pub id: String,
    /// Rises by one with each change.
    pub version: i64,
    /// How far it has come.
    pub state: PaymentState,
    /// Who sells.
    pub merchant: Merchant,
    /// For people: at most 100 characters; may be empty.
    pub text: String,
    /// What is to be paid, in minor units of the currency.
    pub amount: i64,
    /// ISO 4217: `NOK`.
    pub currency: String,
    /// When its init came.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it expires; null in AUTHORIZING and in the final states.
    #[schema(required = true, format = DateTime)]
    pub deadline: Option<String>,
    /// Whether the phone should tell its user.
    pub prompt: bool,
    /// Whether *cancel* is allowed now.
    pub cancellable: bool,
    /// The card that it was approved with.
    #[schema(required = true)]
    pub card: Option<CardOfPayment>,
    /// In STEP_UP: the bank's 3-D Secure page.
    #[schema(required = true)]
    pub step_up_url: Option<String>,
    /// In FAILED: why.
    #[schema(required = true)]
    pub failure: Option<Failure>,
    /// An address, if the app should offer *Back to the shop*.
    #[schema(required = true)]
    pub back_to_shop: Option<String>,
}

/// Who sells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Merchant {
    /// For people.
    pub name: String,
    /// The merchant's serial number (MSN).
    pub serial_number: String,
}

/// How far a payment has come. The last four are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentState {
    /// Its link waits for a user.
    AwaitingUser,
    /// It waits for the user's consent.
    AwaitingApproval,
    /// The PSP is asked, or will be.
    Authorizing,
    /// The user is at 3-D Secure.
    StepUp,
    /// The money is reserved.
    Reserved,
    /// It failed.
    Failed,
    /// It was cancelled before it was authorised.
    Cancelled,
    /// A deadline passed.
    Expired,
}

/// The card that a payment was approved with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardOfPayment {
    /// Its scheme.
    pub network: CardScheme,
    /// The last four digits of its number.
    pub last_four: String,
}

/// Why a payment failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// The PSP's errorId; null when it has said none.
    #[schema(required = true)]
    pub code: Option<String>,
    /// Whether the shop's bank may have reserved the money.
    pub outcome: Outcome,
    /// What went wrong before the PSP decided; else null.
    #[schema(required = true)]
    pub reason: Option<Reason>,
}

/// How certain a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// No money was taken.
    Certain,
    /// The shop's bank may have reserved the money.
    Unknown,
}

/// What went wrong before the PSP decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// It was not confirmed at 3-D Secure.
    #[serde(rename = "THREE_D_SECURE")]
    ThreeDSecure,
    /// The card gives no token.
    NoToken,
    /// The PSP could not be reached.
    NotDelivered,
}

/// The answer of `GET /status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Version {
    /// Opaque: another one after anything has changed that the phone shows.
    pub version: String,
}
