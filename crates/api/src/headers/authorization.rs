//! The two credentials of every call: subscription key and access token. A doubled one is a fault of the request (400);
//! a missing or malformed one is a missing credential (401).

use http::HeaderMap;

use super::{AUTHORIZATION, Header, SUBSCRIPTION_KEY, read};
use crate::errors::{ErrorCode, Fault};

/// The subscription key of the call. Malformed ones are answered like unknown ones.
pub fn subscription_key(headers: &HeaderMap) -> Result<&str, Fault> {
    match read(headers, SUBSCRIPTION_KEY) {
        Header::One(key) => Ok(key),
        Header::Absent => Err(Fault::of(ErrorCode::SubscriptionKeyMissing)
            .hinting("send the header Ocp-Apim-Subscription-Key with every call")),
        Header::Unreadable => Err(Fault::of(ErrorCode::SubscriptionKeyInvalid)),
        Header::Doubled => Err(Fault::of(ErrorCode::SubscriptionKeyDoubled)),
    }
}

/// The access token of the call: what follows `Bearer `, which the vendor matches exactly.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Fault> {
    let value = match read(headers, AUTHORIZATION) {
        Header::One(value) => value,
        Header::Absent => {
            return Err(Fault::of(ErrorCode::AccessTokenMissing).hinting("send Authorization: Bearer <access_token>"));
        }
        Header::Unreadable => return Err(Fault::of(ErrorCode::AccessTokenInvalid)),
        Header::Doubled => return Err(Fault::of(ErrorCode::AccessTokenDoubled)),
    };
    match value.strip_prefix("Bearer ") {
        Some(token) if token.starts_with(' ') || token.contains(' ') => {
            Err(Fault::of(ErrorCode::AccessTokenInvalid).hinting("exactly one space stands after Bearer"))
        }
        Some(token) => Ok(token),
        None => Err(not_bearer(value)),
    }
}

fn not_bearer(value: &str) -> Fault {
    let fault = Fault::of(ErrorCode::AccessTokenMissing);
    let word = value.split(' ').next().unwrap_or_default();
    if word.eq_ignore_ascii_case("bearer") {
        fault.hinting("write Bearer with a capital B and one space before the token")
    } else if value.starts_with("eyJ") {
        fault.hinting("the word Bearer and a space are missing before the token")
    } else {
        fault.hinting("send Authorization: Bearer <access_token>")
    }
}
