//! The errors that a PSP answers to makePayment, as the vendor lists them, with their texts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a payment was not authorised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
#[non_exhaustive]
pub enum ErrorId {
    /// 71: the wallet's request makes no sense to you.
    InvalidRequest,
    /// 72: anything that is not in this list.
    Other,
    /// 81: there is no such issuer.
    NoSuchIssuer,
    /// 82: the issuer refused.
    RefusedByIssuer,
    /// 83: fraud is suspected.
    SuspectedFraud,
    /// 84: over a limit.
    ExceedsLimit,
    /// 85: the answer would have come too late, or you had cancelled the payment.
    ReceivedTooLate,
    /// 86: the card has expired.
    ExpiredCard,
    /// 87: the card is not valid.
    InvalidCard,
    /// 88: the merchant takes no credit cards.
    CreditCardsNotAllowed,
    /// 89: there is not enough money.
    InsufficientFunds,
    /// 91: something of yours is broken.
    InternalError,
    /// 93: a status from the wallet, the answer to a notice.
    StatusFromWallet,
    /// 94: a soft decline that you don't handle.
    UnhandledSoftDecline,
}

impl ErrorId {
    /// All of them, in the order of their numbers.
    pub const ALL: [ErrorId; 14] = [
        ErrorId::InvalidRequest,
        ErrorId::Other,
        ErrorId::NoSuchIssuer,
        ErrorId::RefusedByIssuer,
        ErrorId::SuspectedFraud,
        ErrorId::ExceedsLimit,
        ErrorId::ReceivedTooLate,
        ErrorId::ExpiredCard,
        ErrorId::InvalidCard,
        ErrorId::CreditCardsNotAllowed,
        ErrorId::InsufficientFunds,
        ErrorId::InternalError,
        ErrorId::StatusFromWallet,
        ErrorId::UnhandledSoftDecline,
    ];

    /// The number on the wire.
    pub const fn number(self) -> u16 {
        match self {
            Self::InvalidRequest => 71,
            Self::Other => 72,
            Self::NoSuchIssuer => 81,
            Self::RefusedByIssuer => 82,
            Self::SuspectedFraud => 83,
            Self::ExceedsLimit => 84,
            Self::ReceivedTooLate => 85,
            Self::ExpiredCard => 86,
            Self::InvalidCard => 87,
            Self::CreditCardsNotAllowed => 88,
            Self::InsufficientFunds => 89,
            Self::InternalError => 91,
            Self::StatusFromWallet => 93,
            Self::UnhandledSoftDecline => 94,
        }
    }

    /// What it means, in the words of the API.
    pub const fn text(self) -> &'static str {
        match self {
            Self::InvalidRequest => "Invalid request",
            Self::Other => "Other error",
            Self::NoSuchIssuer => "No such issuer",
            Self::RefusedByIssuer => "Refused by issuer",
            Self::SuspectedFraud => "Suspected fraud",
            Self::ExceedsLimit => "Exceeds limit",
            Self::ReceivedTooLate => "Response received too late",
            Self::ExpiredCard => "Expired card",
            Self::InvalidCard => "Invalid card",
            Self::CreditCardsNotAllowed => "Credit cards not allowed",
            Self::InsufficientFunds => "Insufficient funds",
            Self::InternalError => "Internal error",
            Self::StatusFromWallet => "Status from wallet",
            Self::UnhandledSoftDecline => "Unhandled soft decline",
        }
    }

    /// The error with this number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|error| error.number() == number)
    }
}

impl fmt::Display for ErrorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number(), self.text())
    }
}

impl From<ErrorId> for u16 {
    fn from(error: ErrorId) -> Self {
        error.number()
    }
}

impl TryFrom<u16> for ErrorId {
    type Error = String;

    fn try_from(number: u16) -> Result<Self, String> {
        Self::from_number(number).ok_or_else(|| format!("{number} is no errorId of makePayment"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_found_by_its_number_and_no_other_is() {
        let numbers = [71, 72, 81, 82, 83, 84, 85, 86, 87, 88, 89, 91, 93, 94];
        assert_eq!(ErrorId::ALL.map(ErrorId::number), numbers);
        assert!(ErrorId::ALL.into_iter().all(|error| ErrorId::from_number(error.number()) == Some(error)));
        assert_eq!(ErrorId::from_number(90), None);
        assert_eq!(ErrorId::ReceivedTooLate.to_string(), "85 Response received too late");
    }
}
