//! `POST /accesstoken/get`: credentials in headers, a token in the answer, in which every number is a string. Body and
//! query are ignored. The JWT itself is made and verified in crate `server`.

use std::fmt;

use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use crate::errors::{ErrorCode, Fault};
use crate::headers::{
    CLIENT_ID, CLIENT_SECRET, Header, MERCHANT_SERIAL_NUMBER, SHOWN_KEY, SUBSCRIPTION_KEY, nearly, read,
    unless_filled_in,
};
use crate::hints::{Hint, Slip};

/// The credentials of a token request, each sent exactly once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenRequest<'h> {
    /// `client_id`.
    pub client_id: &'h str,
    /// `client_secret`, a secret.
    pub client_secret: &'h str,
    /// `Ocp-Apim-Subscription-Key`, a secret.
    pub subscription_key: &'h str,
    /// `Merchant-Serial-Number` as it was sent; it decides nothing here.
    pub merchant_serial_number: Option<&'h str>,
}

impl fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokenRequest").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// Reads the credentials. Missing headers are named together (400); unreadable ones are answered like wrong ones (401).
pub fn parse(headers: &HeaderMap) -> Result<TokenRequest<'_>, Fault> {
    let mut missing = Vec::new();
    let mut values = [""; 3];
    let names = [(CLIENT_ID, "client_id"), (CLIENT_SECRET, "client_secret"), (SUBSCRIPTION_KEY, SHOWN_KEY)];
    let mut refused = false;
    for (value, (name, shown)) in values.iter_mut().zip(names) {
        match read(headers, name) {
            Header::One(text) => *value = text,
            Header::Absent => missing.push(shown),
            Header::Unreadable => refused = true,
            Header::Doubled => {
                let fault = Fault::because(ErrorCode::CredentialDoubled, shown, "must come once");
                return Err(fault.hinting(Hint::about(Slip::HeaderDoubled, shown)));
            }
        }
    }
    if !missing.is_empty() {
        let fault = Fault::because(ErrorCode::CredentialMissing, missing.join(", "), "must be sent");
        let nearly = missing.iter().find_map(|shown| Some((*shown, nearly(headers, shown)?)));
        return Err(match nearly {
            Some((shown, another)) => fault.missing_header(shown, Some(another)),
            None => fault,
        });
    }
    if refused {
        return Err(Fault::of(ErrorCode::ClientRefused));
    }
    let merchant_serial_number = match read(headers, MERCHANT_SERIAL_NUMBER) {
        Header::One(msn) => Some(msn),
        Header::Absent | Header::Unreadable | Header::Doubled => None,
    };
    let [client_id, client_secret, subscription_key] = values;
    Ok(TokenRequest { client_id, client_secret, subscription_key, merchant_serial_number })
}

impl TokenRequest<'_> {
    /// The refusal of credentials that are unknown, wrong or not of one PSP: one answer. The hint depends on their texts alone.
    pub fn refused(&self) -> Fault {
        let values =
            [("client_id", self.client_id), ("client_secret", self.client_secret), (SHOWN_KEY, self.subscription_key)];
        values
            .into_iter()
            .fold(Fault::of(ErrorCode::ClientRefused), |fault, (shown, value)| unless_filled_in(fault, shown, value))
    }
}

/// The answer: all numbers are strings, as the vendor sends them.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TokenAnswer<'a> {
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until the token expires: 3600 in test, 86400 in production.
    #[schema(example = "3600")]
    pub expires_in: String,
    /// Always 0.
    #[schema(example = "0")]
    ext_expires_in: &'static str,
    /// When the token expires, in seconds since 1970.
    #[schema(example = "1547823408")]
    pub expires_on: String,
    /// From when the token is valid, in seconds since 1970.
    #[schema(example = "1547819508")]
    pub not_before: String,
    /// For whom the token is, a GUID: its `aud`.
    #[schema(example = "8a3f0c5e-27d4-4f19-9b6a-5c1e7d02b948")]
    pub resource: &'a str,
    /// The token, a JWT signed with RS256.
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9…")]
    pub access_token: &'a str,
}

impl<'a> TokenAnswer<'a> {
    /// The answer with a token for `resource` that is valid from `not_before` to `expires_on`, both in seconds since 1970.
    pub fn new(access_token: &'a str, resource: &'a str, not_before: i64, expires_on: i64) -> Self {
        Self {
            token_type: "Bearer",
            expires_in: expires_on.saturating_sub(not_before).to_string(),
            ext_expires_in: "0",
            expires_on: expires_on.to_string(),
            not_before: not_before.to_string(),
            resource,
            access_token,
        }
    }
}

impl fmt::Debug for TokenAnswer<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokenAnswer").field("expires_on", &self.expires_on).finish_non_exhaustive()
    }
}
