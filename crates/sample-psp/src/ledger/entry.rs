//! The entries of the ledger: what happened to a payment, with everything that its state is made of. Append-only.
//!
//! They are stored as JSON, so a variant is added but never changed. No entry holds a token or a cryptogram.

use lommebok_sdk::{Amount, ErrorId, Status};
use serde::{Deserialize, Serialize};

use super::money::OperationKind;
use super::payment::{AttemptNumber, Challenge, StepUp};
use super::wallet_word::{Finding, InitRefusal, NoticeKind, Settled};
use crate::acquirer::{Field, OperationId, ResponseCode};
use crate::clock::Timestamp;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Timestamp,
    #[serde(flatten)]
    pub kind: EntryKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryKind {
    /// The wallet took the init and gave a link.
    InitAccepted {
        /// The link: anyone who has it can see and cancel the payment.
        link: String,
    },
    /// The wallet refused the init, or could not be reached in time.
    InitRefused {
        #[serde(default)]
        why: InitRefusal,
        reason: String,
    },
    /// The user approved; the acquirer is asked with this message.
    AttemptBegun {
        attempt: AttemptNumber,
        /// The message, masked.
        message: Vec<Field>,
    },
    /// The issuer approved.
    Authorised { attempt: AttemptNumber },
    /// Not authorised.
    Declined {
        /// The issuer's answer, if it was asked.
        code: Option<ResponseCode>,
        /// What we tell the wallet.
        error: ErrorId,
    },
    /// The issuer wants 3-D Secure first.
    SoftDeclined {
        /// The issuer's answer.
        code: ResponseCode,
        /// The session that was opened.
        step_up: StepUp,
    },
    /// The user did something on the 3-D Secure page.
    Challenged {
        /// The state of the challenge now.
        challenge: Challenge,
    },
    /// The wallet sent a notice.
    Noticed { notice: NoticeKind },
    /// The merchant cancelled before anything was authorised.
    CancelledByMerchant,
    /// The merchant asked for an operation; the acquirer is asked.
    OperationBegun {
        /// Its name at the acquirer.
        id: OperationId,
        /// The merchant's own key for it.
        key: String,
        operation: OperationKind,
        amount: Amount,
    },
    /// The acquirer answered.
    OperationEnded {
        id: OperationId,
        /// Its answer.
        code: ResponseCode,
    },
    /// An authorisation that may hold must be undone.
    ReversalBegun {
        attempt: AttemptNumber,
        /// Why, as we tell the wallet.
        error: ErrorId,
    },
    /// It is undone.
    Reversed,
    /// The wallet's details were read.
    WalletRead {
        /// What they say.
        finding: Finding,
        /// What follows.
        settled: Settled,
    },
    /// The wallet took a report.
    ReportAccepted {
        /// What was reported.
        status: Status,
        amount: Amount,
    },
    /// The wallet refused a report for good.
    ReportRefused {
        /// What was reported.
        status: Status,
        amount: Amount,
        reason: String,
    },
}

impl EntryKind {
    /// A stable word for logs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::InitAccepted { .. } => "init_accepted",
            Self::InitRefused { .. } => "init_refused",
            Self::AttemptBegun { .. } => "attempt_begun",
            Self::Authorised { .. } => "authorised",
            Self::Declined { .. } => "declined",
            Self::SoftDeclined { .. } => "soft_declined",
            Self::Challenged { .. } => "challenged",
            Self::Noticed { .. } => "noticed",
            Self::CancelledByMerchant => "cancelled_by_merchant",
            Self::OperationBegun { .. } => "operation_begun",
            Self::OperationEnded { .. } => "operation_ended",
            Self::ReversalBegun { .. } => "reversal_begun",
            Self::Reversed => "reversed",
            Self::WalletRead { .. } => "wallet_read",
            Self::ReportAccepted { .. } => "report_accepted",
            Self::ReportRefused { .. } => "report_refused",
        }
    }
}
