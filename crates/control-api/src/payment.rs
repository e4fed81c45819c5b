//! A payment as an operator sees it, alone, in a list, with its log, and as a change.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Moment;
use crate::log::{Cancelled, Failure, LogEntry};
use crate::sums::Sums;
use crate::timeline::{Attempt, CanDo, Due, Entrance, UsedCard};

/// The query of `GET /payments/{id}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// The `after` of the answer: the next page of the log.
    #[serde(default)]
    #[param(minimum = 0)]
    pub after: i64,
    /// Events on the page, 1 to 100; 100 if it is left out. Where texts are long there are fewer.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

/// One payment. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// The wallet's own number for it.
    pub id: i64,
    /// Rises by one with each event; the init is version 1.
    pub version: i64,
    /// The PSP's id for it, unique among that PSP's.
    pub psp_transaction_id: String,
    /// The merchant's id for its order.
    pub merchant_order_id: String,
    /// Which merchant sells.
    pub merchant_serial_number: String,
    /// What is to be paid, in minor units of the currency.
    pub amount: i64,
    /// ISO 4217: `NOK`.
    pub currency: String,
    /// When its init came.
    pub created_at: Moment,
    /// How far it has come.
    pub state: PaymentState,
    /// What there is to know about its state; null where that is nothing.
    #[schema(required = true)]
    pub state_detail: Option<StateDetail>,
    /// Who pays; null as long as no one has come.
    #[schema(required = true)]
    pub bound_to: Option<BoundTo>,
    /// What became of the money.
    pub sums: Sums,
    /// The notice to the PSP that it was cancelled or timed out; null when there is none.
    #[schema(required = true)]
    pub notice: Option<Notice>,
    /// Entries of updatestatus that wait for the end of an attempt.
    pub waiting_entries: u32,
}

/// The answer of `GET /payments/{id}`: a payment and a page of its log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentWithLog {
    /// The payment.
    #[serde(flatten)]
    pub payment: Payment,
    /// What happened to it, the oldest event first, without the init.
    pub log: Vec<LogEntry>,
    /// The version that the page's last event made, where the next page begins; null on the last one.
    #[schema(required = true)]
    pub after: Option<i64>,
    /// How the user comes to it.
    pub entrance: Entrance,
    /// The card with which it was approved; null before.
    #[schema(required = true)]
    pub card: Option<UsedCard>,
    /// The calls of the PSP's makePayment endpoint.
    pub attempts: Vec<Attempt>,
    /// What happens next by itself, the earliest first.
    pub due: Vec<Due>,
    /// What may be done now. Empty where there is no sandbox.
    pub can_do: Vec<CanDo>,
    /// The numbers of other PSPs' payments with the same `pspTransactionId`.
    pub others_with_this_psp_transaction_id: Vec<i64>,
}

/// What the event `payment` of `GET /changes` carries: a payment that is new or has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedPayment {
    /// The payment as it is now.
    #[serde(flatten)]
    pub payment: Payment,
    /// What happened to it last; null when it is new, or has gone on meanwhile.
    #[schema(required = true)]
    pub last_event: Option<LogEntry>,
}

/// How far a payment has come.
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
    /// It failed; its detail says whether money may have moved.
    Failed,
    /// It was cancelled before it was authorised.
    Cancelled,
    /// A deadline passed.
    Expired,
}

impl PaymentState {
    /// The state's name on the wire: `AWAITING_USER`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingUser => "AWAITING_USER",
            Self::AwaitingApproval => "AWAITING_APPROVAL",
            Self::Authorizing => "AUTHORIZING",
            Self::StepUp => "STEP_UP",
            Self::Reserved => "RESERVED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }
}

/// What there is to know about a state. Which of them it is follows from the state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum StateDetail {
    /// Of `AUTHORIZING`.
    Attempt {
        /// 1, or 2 after 3-D Secure.
        attempt: i64,
        /// Whether the PSP is asked already.
        phase: Phase,
        /// Since when.
        since: Moment,
    },
    /// Of `STEP_UP`.
    StepUp {
        /// The address of the PSP's 3-D Secure page.
        #[serde(rename = "url3dSecure")]
        url_3d_secure: String,
        /// When it ends.
        deadline: Moment,
    },
    /// Of `FAILED`.
    Failed(Failure),
    /// Of `CANCELLED`.
    Cancelled(Cancelled),
    /// Of `AWAITING_USER` and `AWAITING_APPROVAL`.
    Waits {
        /// When it ends.
        deadline: Moment,
    },
}

/// Whether the PSP is asked already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Not yet.
    Queued,
    /// It is asked.
    Open,
}

/// Who pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum BoundTo {
    /// The number of a user.
    User(i64),
    /// A phone number was confirmed that no user has.
    Nobody(Nobody),
}

/// No user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Nobody {
    /// No user has the number.
    Nobody,
}

/// The wallet's notice to the PSP that a payment was cancelled or timed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// What it says.
    pub kind: NoticeKind,
    /// How far it has come.
    #[serde(flatten)]
    pub status: NoticeStatus,
}

/// What a notice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoticeKind {
    /// The user cancelled.
    UserCancel,
    /// A deadline passed.
    Timeout,
}

impl NoticeKind {
    /// The kind's name on the wire: `USER_CANCEL`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserCancel => "USER_CANCEL",
            Self::Timeout => "TIMEOUT",
        }
    }
}

/// How far a notice has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum NoticeStatus {
    /// It is to be sent.
    Due {
        /// How often that was tried.
        tries: u8,
        /// When the next try is.
        at: Moment,
    },
    /// The PSP took it.
    Delivered {
        /// The HTTP status of the PSP's answer; null where it is not known.
        #[serde(rename = "httpStatus")]
        #[schema(required = true)]
        http_status: Option<u16>,
    },
    /// The PSP never took it.
    GivenUp,
}
