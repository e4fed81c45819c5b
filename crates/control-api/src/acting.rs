//! A user's part without a phone, which only a sandbox has.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Moment, Payment, TimerDone};

/// The body of `POST /payments/{id}/approve`; an empty one is `{}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovePayment {
    /// The phone number of the user who approves. Without it: the user to whom the payment is bound, else the number that came
    /// with its init, else the first user of the sandbox.
    #[serde(default)]
    pub user: Option<String>,
    /// One of that user's cards: its last four digits, its network (`VISA`, `MASTERCARD`), or our number for it when that has
    /// not four digits. Without it: the first that can be used.
    #[serde(default)]
    pub card: Option<String>,
    /// Whether the answer comes when the first outcome is known; else when the PSP is about to be called.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub wait: bool,
}

const fn yes() -> bool {
    true
}

impl Default for ApprovePayment {
    fn default() -> Self {
        Self { user: None, card: None, wait: true }
    }
}

/// The body of `POST /payments/{id}/step-up`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    /// How the user comes back from the PSP's 3-D Secure page.
    pub result: StepUpResult,
    /// Whether the answer comes when the outcome is known; else, after `passed`, when the PSP is about to be called again.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub wait: bool,
}

/// How a user comes back from 3-D Secure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepUpResult {
    /// Through `3dssuccess`: the PSP is called again.
    Passed,
    /// Through `3dscancel`.
    Cancelled,
    /// Through `3dsfailure`.
    Failed,
}

/// The answer of `POST /payments/{id}/expire`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Expired {
    /// The payment as it then is.
    pub payment: Payment,
    /// Business time before.
    pub from: Moment,
    /// Business time after.
    pub to: Moment,
    /// The deadlines on the way, this payment's among them, in the order in which they happened.
    pub done: Vec<TimerDone>,
}
