//! What can be asked of a payment, and why it is refused. It is asked by the wallet, the acquirer, the merchant, the 3-D Secure page, or the ledger's own work.

use lommebok_sdk::{Amount, ErrorId, Status};

use super::money::OperationKind;
use super::payment::{AttemptNumber, Challenge, StepUp};
use super::wallet_word::{Finding, InitRefusal, NoticeKind};
use crate::acquirer::{Field, OperationId, ResponseCode};

/// What is to happen to a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The wallet took the init.
    AcceptInit {
        /// The link that it gave.
        link: String,
    },
    /// The wallet refused the init.
    RefuseInit { why: InitRefusal, reason: String },
    /// The wallet handed over a token: ask the acquirer with this message.
    BeginAttempt {
        /// Which attempt the receiver says it is.
        attempt: AttemptNumber,
        /// The message, masked.
        message: Vec<Field>,
    },
    /// The issuer approved.
    Authorise { attempt: AttemptNumber },
    /// Not authorised.
    Decline {
        attempt: AttemptNumber,
        /// The issuer's answer, if it was asked.
        code: Option<ResponseCode>,
        /// What we tell the wallet.
        error: ErrorId,
    },
    /// The issuer wants 3-D Secure first.
    SoftDecline {
        /// The issuer's answer.
        code: ResponseCode,
        /// The session to open.
        step_up: StepUp,
    },
    /// The user did something on the 3-D Secure page.
    Challenge(Challenge),
    /// The wallet sent a notice.
    Notice(NoticeKind),
    /// The merchant wants something done with the money, or the payment gone.
    Operate(Asked),
    /// The acquirer answered an operation.
    EndOperation {
        id: OperationId,
        /// Its answer.
        code: ResponseCode,
    },
    /// What an attempt may have reserved must be given back; the wallet counts it as failed with this.
    BeginReversal {
        /// What we told the wallet.
        error: ErrorId,
    },
    /// The acquirer has undone it.
    EndReversal,
    /// The wallet's details were read.
    ReadWallet {
        /// What they say.
        finding: Finding,
        /// What to do if money is reserved here and not there.
        if_missing: IfMissing,
    },
    /// The wallet took a report.
    AcceptReport {
        /// What was reported.
        status: Status,
        amount: Amount,
    },
    /// The wallet refused a report for good.
    RefuseReport {
        /// What was reported.
        status: Status,
        amount: Amount,
        reason: String,
    },
}

/// What a merchant asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What is to be done.
    pub kind: OperationKind,
    /// How much; everything that is left if it is not said.
    pub amount: Option<Amount>,
    /// The merchant's own key for it: the same key again is the same operation.
    pub key: String,
}

/// What to do when money is reserved here and the wallet does not know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IfMissing {
    /// Tell the wallet: `RESERVED`.
    #[default]
    SendReserved,
    /// Give the money back, and tell the wallet `CANCELLED`.
    Reverse,
}

/// Why a command is not possible; nothing changes then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has been done, or is as it should be: a repeat.
    #[error("this is so already")]
    AlreadySo,
    /// The state does not allow it.
    #[error("the payment is {0}")]
    WrongState(&'static str),
    /// The acquirer is being asked about the payment right now.
    #[error("the payment is being processed; ask again in a moment")]
    BeingProcessed,
    /// More than is left.
    #[error("{asked} øre are more than the {left} that are left")]
    TooMuch { asked: i64, left: i64 },
    /// Nothing is left to do this with.
    #[error("nothing is left")]
    NothingLeft,
    /// The key was used for something else.
    #[error("this key was used for another operation")]
    KeyUsed,
}
