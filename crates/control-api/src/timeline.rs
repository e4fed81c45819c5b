//! What there is to draw and to do of one payment: its attempts, what is due next, and what may be done.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Moment;

/// How the user comes to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Entrance {
    /// Through the landing page in a browser.
    LandingPage,
    /// Through a link that opens the wallet's app.
    App,
    /// Straight to the phone.
    Push,
}

/// The card with which a payment was approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsedCard {
    /// The wallet's number for it.
    pub id: i64,
    /// `VISA` or `MASTERCARD`.
    pub network: String,
    /// How its number ends.
    pub last_four: String,
}

/// A call of the PSP's makePayment endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// 1, or 2 after 3-D Secure.
    pub attempt: i64,
    /// When the user had approved, or come back from 3-D Secure.
    pub queued_at: Moment,
    /// When the call was about to be made; null when it was not, or not yet.
    #[schema(required = true)]
    pub opened_at: Option<Moment>,
    /// When it ended; null as long as it has not.
    #[schema(required = true)]
    pub ended_at: Option<Moment>,
    /// What came of it; null as long as nothing has.
    #[schema(required = true)]
    pub outcome: Option<AttemptOutcome>,
    /// Why, a word that stays; null when it reserved or has not ended.
    #[schema(required = true)]
    pub cause: Option<String>,
    /// Why, for people; may be empty.
    pub detail: String,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// The PSP said OK.
    Reserved,
    /// The PSP asked for 3-D Secure.
    StepUp,
    /// No money was taken.
    Failed,
    /// The answer was lost: money may have been taken.
    Unknown,
}

/// What happens to a payment by itself, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Due {
    /// What kind of work it is.
    pub kind: DueKind,
    /// When, in business time; entries that waited are due at once.
    pub at: Moment,
    /// What happens then, for people.
    pub then: String,
}

/// What kind of work is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DueKind {
    /// The deadline of its state, or that of an attempt.
    Deadline,
    /// A notice to the PSP.
    Notice,
    /// Entries of updatestatus that waited for the end of an attempt.
    WaitingEntries,
}

/// What may be done to a payment now, in a sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CanDo {
    /// What: also the last part of its path, `POST /payments/{id}/approve`.
    pub action: Action,
    /// Whether its state allows it.
    pub possible: bool,
    /// Why not, for people; null when it is possible.
    #[schema(required = true)]
    pub reason: Option<String>,
}

/// What can be done to a payment without a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Its user approves.
    Approve,
    /// Its user cancels.
    Cancel,
    /// Its user comes back from 3-D Secure.
    StepUp,
    /// Time moves on to its deadline.
    Expire,
}

impl Action {
    /// Its name on the wire and in commands: `step-up`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Cancel => "cancel",
            Self::StepUp => "step-up",
            Self::Expire => "expire",
        }
    }
}
