//! What the body claims to be: JSON in UTF-8, not encoded. Endpoints without a body (GET, the token endpoint) do not ask.

use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::errors::{ErrorCode, Fault};
use crate::hints::{Hint, Slip};

/// Checks that a body of `body_len_bytes` is declared as `application/json`, in UTF-8 and without encoding. An empty body
/// may leave the declaration out: its parser says better what is wrong.
pub fn check_json(headers: &HeaderMap, body_len_bytes: usize) -> Result<(), Fault> {
    let encoded = |value: &http::HeaderValue| !value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
    if headers.get_all(CONTENT_ENCODING).iter().any(|value| !value.is_empty() && encoded(value)) {
        return Err(unsupported("Content-Encoding", "must be identity", Slip::ContentEncoding));
    }
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (first, second) = (types.next(), types.next());
    match (first, second) {
        (None, _) if body_len_bytes == 0 => Ok(()),
        (None, _) => Err(unsupported("Content-Type", "is missing", Slip::ContentType)),
        (Some(_), Some(_)) => Err(unsupported("Content-Type", "is sent more than once", Slip::ContentTypeDoubled)),
        (Some(value), None) => check_type(value.to_str().unwrap_or_default()),
    }
}

fn check_type(value: &str) -> Result<(), Fault> {
    let mut parts = value.split(';');
    let essence = parts.next().unwrap_or_default().trim_ascii();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(unsupported("Content-Type", "must be application/json", Slip::ContentType));
    }
    let charsets = parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim_ascii().eq_ignore_ascii_case("charset").then(|| value.trim_ascii().trim_matches('"'))
    });
    for charset in charsets {
        if !charset.eq_ignore_ascii_case("utf-8") && !charset.eq_ignore_ascii_case("utf8") {
            return Err(unsupported("Content-Type", "has a charset other than utf-8", Slip::Charset));
        }
    }
    Ok(())
}

fn unsupported(field: &'static str, what: &str, slip: Slip) -> Fault {
    Fault::because(ErrorCode::UnsupportedMediaType, field, what).hinting(Hint::of(slip))
}
