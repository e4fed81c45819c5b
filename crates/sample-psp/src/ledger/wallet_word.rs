//! What the wallet says of a payment, by a refusal, a notice or its details, and what follows from it.

use serde::{Deserialize, Serialize};

/// Why the wallet has not taken a payment, as far as it makes a difference to a customer who wants to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InitRefusal {
    /// No user has the number (`81`).
    UserNotRegistered,
    /// The merchant is not active (`21`).
    MerchantNotActive,
    /// It has a payment of this id (`44`) or for this order (`99`).
    AlreadyExists,
    /// It could not be reached while its link would have lived.
    NotReached,
    /// Anything else; also what was stored before there were several reasons.
    #[default]
    NotAccepted,
}

/// A notice of the wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    UserCancel,
    Timeout,
}

/// What the wallet's details say of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    Reserved,
    /// It failed, for certain or not: the details don't tell.
    Failed,
    /// Cancelled or expired.
    Cancelled,
    /// Nothing yet: it is open.
    Open,
    /// The wallet does not know it.
    Unknown,
}

/// What follows from what the wallet's details say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// Both sides agree, or a human must look.
    Nothing,
    /// It is too early; the details are read again.
    Again,
    /// We tell the wallet `RESERVED`.
    SendReserved,
    /// The payment is over here too; we tell the wallet `CANCELLED`, in case its outcome is unknown.
    SendCancelled,
    /// The payment is over here too.
    End,
}
