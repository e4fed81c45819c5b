//! `GET /openapi.json`: the committed file, byte for byte. It is made from the types of crate `api` by `cargo xtask generate`,
//! and a test holds the two equal, so that nothing is made while the server runs.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::Extension;
use axum::body::Bytes;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use http::{HeaderName, StatusCode};
use sha2::{Digest as _, Sha256};

use crate::listener::Shared;

const DOCUMENT: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json"));

/// Names the bytes: 128 bits of their hash.
static TAG: LazyLock<String> = LazyLock::new(|| {
    let mut tag = String::from("\"");
    for byte in Sha256::digest(DOCUMENT).iter().take(16) {
        write!(tag, "{byte:02x}").expect("a String takes all");
    }
    tag.push('"');
    tag
});

pub(super) async fn serve(asked: HeaderMap) -> Response {
    let tag = HeaderValue::from_static(TAG.as_str());
    let headers: [(HeaderName, HeaderValue); 2] = [(ETAG, tag), (CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    if has_it(&asked) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (Extension(Shared), headers, json, Bytes::from_static(DOCUMENT)).into_response()
}

/// Whether the client says that it has these bytes (RFC 9110, 13.1.2).
fn has_it(asked: &HeaderMap) -> bool {
    let named = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).map(str::trim).any(|tag| {
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || tag == *TAG
    })
}
