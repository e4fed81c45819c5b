//! The idempotency key: `Request-Id` and `Idempotency-Key` are one header in two spellings.

use http::HeaderMap;

use super::{Header, IDEMPOTENCY_KEY, REQUEST_ID, nearly, read};
use crate::errors::{ErrorCode, Fault};
use crate::hints::{Hint, Slip};

const SHOWN: &str = "Idempotency-Key";
/// Names that clients give to the header, and that are not read. `X-Request-Id` is not among them: proxies add it.
const MISSPELLED: [&str; 3] = ["x-idempotency-key", "idempotency_key", "idempotencykey"];

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
            let fault = Fault::because(ErrorCode::IdempotencyKey, SHOWN, what);
            Err(fault.hinting(Hint::of(Slip::IdempotencyKeysDiffer)))
        }
        (one, other) => Ok(one.or(other)),
    }
}

/// The key of a call that needs one (POST of a merchant).
pub fn required_idempotency_key(headers: &HeaderMap) -> Result<&str, Fault> {
    idempotency_key(headers)?.ok_or_else(|| {
        let fault = Fault::because(ErrorCode::IdempotencyKey, SHOWN, "is required");
        let missing = fault.hinting(Hint::of(Slip::IdempotencyKeyMissing));
        missing.missing_header(SHOWN, nearly(headers, SHOWN).or_else(|| nearly(headers, "Request-Id")))
    })
}

/// The hint for a success without a key, when a header has a similar name: the client believes that it may
/// repeat its request.
pub fn idempotency_hint(headers: &HeaderMap) -> Option<Hint> {
    let name = MISSPELLED.into_iter().find(|name| headers.contains_key(*name))?;
    Some(Hint::about(Slip::IdempotencyKeyNearly, name))
}

fn one<'h>(headers: &'h HeaderMap, name: &'static str, shown: &'static str) -> Result<Option<&'h str>, Fault> {
    let fault = |what| Fault::because(ErrorCode::IdempotencyKey, shown, what);
    match read(headers, name) {
        Header::Absent => Ok(None),
        Header::One(key) if key.len() <= IDEMPOTENCY_KEY_MAX_CHARS => Ok(Some(key)),
        Header::One(_) | Header::Unreadable => Err(fault("must be 1 to 255 characters of visible ASCII")),
        Header::Doubled => Err(fault("is sent more than once").hinting(Hint::about(Slip::HeaderDoubled, shown))),
    }
}
