//! The two-character answers of an issuer (data element 39), as far as the sample's issuer gives them.

use std::fmt;

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
