//! Refusals: a code for programs, a message for people.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Payment;

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// For programs.
    pub code: RefusalCode,
    /// For people, in the language of `Accept-Language`.
    pub message: String,
    /// Beside a conflict (409) the payment as it is; else left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<Box<Payment>>,
}

/// Why a call was refused, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// 400: the request is not as it is asked for.
    Malformed,
    /// 400: the text is not a payment link of this wallet.
    BadLink,
    /// 401: they don't belong together; alike for a number that is nobody's.
    WrongNumberOrPin,
    /// 401: the session is missing, unknown or over: sign in again.
    SessionEnded,
    /// 404: unknown, or not this user's.
    NoSuchPayment,
    /// 404: no such path.
    NotFound,
    /// 405: `Allow` says which methods there are.
    MethodNotAllowed,
    /// 409: the payment's state does not allow it.
    NotPossibleNow,
    /// 409: no such card of this user, or a card that may not pay.
    CardNotEligible,
    /// 410: the payment's time ran out.
    LinkExpired,
    /// 410: the payment is over, or another user's.
    LinkUsed,
    /// 413: the body has more than 16 KiB.
    TooLarge,
    /// 415: a body that is not declared as JSON.
    NotJson,
    /// 421: a sandbox was called under a `Host` that it does not know.
    UnknownHost,
    /// 429: too many wrong PINs for a number, or sign-ins from an address.
    TooManyTries,
    /// 429: the session has 8 event streams already.
    TooManyStreams,
    /// 500: our fault.
    Internal,
    /// 503: try again in a moment.
    ShuttingDown,
}
