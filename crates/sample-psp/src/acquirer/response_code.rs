//! The two-character answers of an issuer (data element 39), as far as the sample's issuer gives them, and the one table from
//! them to what we tell the wallet.

use std::fmt;

use lommebok_sdk::ErrorId;
use serde::{Deserialize, Serialize};

/// An issuer's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResponseCode {
    #[serde(rename = "00")]
    Approved,
    /// Refused, without a reason.
    #[serde(rename = "05")]
    Refused,
    /// There is no such card.
    #[serde(rename = "14")]
    InvalidCard,
    /// There is no such issuer.
    #[serde(rename = "15")]
    NoSuchIssuer,
    /// Not enough money.
    #[serde(rename = "51")]
    InsufficientFunds,
    /// The card has expired.
    #[serde(rename = "54")]
    ExpiredCard,
    #[serde(rename = "59")]
    SuspectedFraud,
    /// Over a limit.
    #[serde(rename = "61")]
    ExceedsLimit,
    /// Strong authentication is required (Mastercard).
    #[serde(rename = "65")]
    StrongAuthenticationMastercard,
    /// Strong authentication is required (Visa).
    #[serde(rename = "1A")]
    StrongAuthenticationVisa,
    /// The issuer can't be reached.
    #[serde(rename = "91")]
    IssuerUnavailable,
}

impl ResponseCode {
    /// All of them.
    pub const ALL: [ResponseCode; 11] = [
        ResponseCode::Approved,
        ResponseCode::Refused,
        ResponseCode::InvalidCard,
        ResponseCode::NoSuchIssuer,
        ResponseCode::InsufficientFunds,
        ResponseCode::ExpiredCard,
        ResponseCode::SuspectedFraud,
        ResponseCode::ExceedsLimit,
        ResponseCode::StrongAuthenticationMastercard,
        ResponseCode::StrongAuthenticationVisa,
        ResponseCode::IssuerUnavailable,
    ];

    /// The two characters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "00",
            Self::Refused => "05",
            Self::InvalidCard => "14",
            Self::NoSuchIssuer => "15",
            Self::InsufficientFunds => "51",
            Self::ExpiredCard => "54",
            Self::SuspectedFraud => "59",
            Self::ExceedsLimit => "61",
            Self::StrongAuthenticationMastercard => "65",
            Self::StrongAuthenticationVisa => "1A",
            Self::IssuerUnavailable => "91",
        }
    }

    /// The answer with these two characters.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

impl fmt::Display for ResponseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a response code means to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The money is set aside.
    Approved,
    /// It is not.
    Declined(ErrorId),
    /// It is not yet: 3-D Secure first.
    StepUp,
}

/// What `code` means.
pub const fn verdict(code: ResponseCode) -> Verdict {
    match code {
        ResponseCode::Approved => Verdict::Approved,
        ResponseCode::Refused => Verdict::Declined(ErrorId::RefusedByIssuer),
        ResponseCode::InvalidCard => Verdict::Declined(ErrorId::InvalidCard),
        ResponseCode::NoSuchIssuer => Verdict::Declined(ErrorId::NoSuchIssuer),
        ResponseCode::InsufficientFunds => Verdict::Declined(ErrorId::InsufficientFunds),
        ResponseCode::ExpiredCard => Verdict::Declined(ErrorId::ExpiredCard),
        ResponseCode::SuspectedFraud => Verdict::Declined(ErrorId::SuspectedFraud),
        ResponseCode::ExceedsLimit => Verdict::Declined(ErrorId::ExceedsLimit),
        ResponseCode::StrongAuthenticationMastercard | ResponseCode::StrongAuthenticationVisa => Verdict::StepUp,
        ResponseCode::IssuerUnavailable => Verdict::Declined(ErrorId::InternalError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_response_code_has_the_error_id_that_the_wallet_knows_it_by() {
        let table = [("05", 82), ("14", 87), ("15", 81), ("51", 89), ("54", 86), ("59", 83), ("61", 84), ("91", 91)];
        for (code, error) in table {
            let Verdict::Declined(declined) = verdict(ResponseCode::from_text(code).unwrap()) else {
                panic!("{code} is no refusal")
            };
            assert_eq!(declined.number(), error, "{code}");
        }
        for code in ["65", "1A"] {
            assert_eq!(verdict(ResponseCode::from_text(code).unwrap()), Verdict::StepUp);
        }
        assert_eq!(verdict(ResponseCode::from_text("00").unwrap()), Verdict::Approved);
        assert_eq!(table.len() + 3, ResponseCode::ALL.len(), "every code is in this table");
        assert_eq!(ResponseCode::from_text("96"), None);
    }
}
