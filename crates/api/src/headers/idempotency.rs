//! The idempotency key: `Request-Id` and `Idempotency-Key` are one header in two spellings.

use http::HeaderMap;

use super::{Header, IDEMPOTENCY_KEY, REQUEST_ID, read};
use crate::errors::{ErrorCode, Fault};

/// The most characters of an idempotency key.
pub const IDEMPOTENCY_KEY_MAX_CHARS: usize = 255;

/// The key of the call, if one is sent: 1 to 255 characters of visible ASCII. Both spellings with different values are a
/// fault, as is either of them doubled.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Fault> {
    let request_id = one(headers, REQUEST_ID, "Request-Id")?;
    let idempotency_key = one(headers, IDEMPOTENCY_KEY, "Idempotency-Key")?;
    match (request_id, idempotency_key) {
        (Some(one), Some(other)) if one != other => {
            let what = "and Request-Id are one header in two spellings and must not differ";
            Err(Fault::because(ErrorCode::IdempotencyKey, "Idempotency-Key", what))
        }
        (one, other) => Ok(one.or(other)),
    }
}

/// The key of a call that needs one (POST of a merchant).
pub fn required_idempotency_key(headers: &HeaderMap) -> Result<&str, Fault> {
    idempotency_key(headers)?.ok_or_else(|| Fault::because(ErrorCode::IdempotencyKey, "Idempotency-Key", "is required"))
}

fn one<'h>(headers: &'h HeaderMap, name: &'static str, shown: &'static str) -> Result<Option<&'h str>, Fault> {
    let fault = |what| Err(Fault::because(ErrorCode::IdempotencyKey, shown, what));
    match read(headers, name) {
        Header::Absent => Ok(None),
        Header::One(key) if key.len() <= IDEMPOTENCY_KEY_MAX_CHARS => Ok(Some(key)),
        Header::One(_) | Header::Unreadable => fault("must be 1 to 255 characters of visible ASCII"),
        Header::Doubled => fault("is sent more than once"),
    }
}
