//! The two credentials of every call: subscription key and access token. A doubled one is a fault of the request (400);
//! a missing or malformed one is a missing credential (401).

use http::HeaderMap;

use super::{AUTHORIZATION, Header, SUBSCRIPTION_KEY, nearly, read, unless_filled_in};
use crate::errors::{ErrorCode, Fault};
use crate::hints::{Hint, Slip};

/// The subscription key's header as it is shown.
pub(crate) const SHOWN_KEY: &str = "Ocp-Apim-Subscription-Key";
const SHOWN_AUTHORIZATION: &str = "Authorization";

/// The subscription key of the call. Malformed ones are answered like unknown ones.
pub fn subscription_key(headers: &HeaderMap) -> Result<&str, Fault> {
    match read(headers, SUBSCRIPTION_KEY) {
        Header::One(key) => Ok(key),
        Header::Absent => {
            let missing = Fault::of(ErrorCode::SubscriptionKeyMissing);
            Err(missing.missing_header(SHOWN_KEY, nearly(headers, SHOWN_KEY)))
        }
        Header::Unreadable => Err(Fault::of(ErrorCode::SubscriptionKeyInvalid)),
        Header::Doubled => {
            let doubled = Fault::of(ErrorCode::SubscriptionKeyDoubled);
            Err(doubled.hinting(Hint::about(Slip::HeaderDoubled, SHOWN_KEY)))
        }
    }
}

/// The refusal of a subscription key that is unknown or not the caller's; both get the same answer. The hint depends on its text alone.
pub fn invalid_subscription_key(key: &str) -> Fault {
    unless_filled_in(Fault::of(ErrorCode::SubscriptionKeyInvalid), SHOWN_KEY, key)
}

/// The access token of the call: what follows `Bearer `, which the vendor matches exactly.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Fault> {
    let value = match read(headers, AUTHORIZATION) {
        Header::One(value) => value,
        Header::Absent => {
            let missing = Fault::of(ErrorCode::AccessTokenMissing);
            return Err(missing.missing_header(SHOWN_AUTHORIZATION, nearly(headers, SHOWN_AUTHORIZATION)));
        }
        Header::Unreadable => {
            return Err(invalid_access_token("", "the token has characters that are not visible ASCII"));
        }
        Header::Doubled => {
            let doubled = Fault::of(ErrorCode::AccessTokenDoubled);
            return Err(doubled.hinting(Hint::about(Slip::HeaderDoubled, SHOWN_AUTHORIZATION)));
        }
    };
    match value.strip_prefix("Bearer ") {
        Some(token) if token.contains(' ') => {
            Err(Fault::of(ErrorCode::AccessTokenInvalid).hinting(Hint::of(Slip::BearerSpaces)))
        }
        Some(token) => Ok(token),
        None => Err(not_bearer(value)),
    }
}

/// The refusal of an access token that is not taken because of `why`.
pub fn invalid_access_token(token: &str, why: impl Into<std::borrow::Cow<'static, str>>) -> Fault {
    let fault = Fault::of(ErrorCode::AccessTokenInvalid).hinting(Hint::about(Slip::AccessTokenInvalid, why));
    unless_filled_in(fault, SHOWN_AUTHORIZATION, token)
}

fn not_bearer(value: &str) -> Fault {
    let fault = Fault::of(ErrorCode::AccessTokenMissing);
    let word = value.split(' ').next().unwrap_or_default();
    if word.eq_ignore_ascii_case("bearer") {
        fault.hinting(Hint::of(Slip::BearerSpelling))
    } else if value.starts_with("eyJ") {
        fault.hinting(Hint::of(Slip::BearerWord))
    } else {
        unless_filled_in(fault, SHOWN_AUTHORIZATION, value)
    }
}
