//! The OpenAPI documents: the committed files, byte for byte. `cargo xtask generate` makes them from the types of crate `psp-v3`, and
//! of `control-api` and `app-api` with the attributes of their handlers; a test holds them equal, so that nothing is made while the
//! server runs.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, VARY,
};
use http::{HeaderName, StatusCode};
use sha2::{Digest as _, Sha256};

use super::{app, control};
use lommebok_web::listener::Shared;

/// A document in the two forms in which it is sent.
struct Document {
    plain: &'static [u8],
    /// Compressed once.
    compressed: Vec<u8>,
    /// Names the bytes: 128 bits of their hash.
    tag: String,
}

static PSP: LazyLock<Document> =
    LazyLock::new(|| Document::of(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json"))));
static CONTROL: LazyLock<Document> = LazyLock::new(|| {
    Document::of(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi/control-v1.json")))
});

impl Document {
    fn of(plain: &'static [u8]) -> Self {
        let mut tag = String::from("W/\"");
        for byte in Sha256::digest(plain).iter().take(16) {
            write!(tag, "{byte:02x}").expect("a String takes all");
        }
        tag.push('"');
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        let compressed = gzip.write_all(plain).and_then(|()| gzip.finish()).expect("a Vec takes all");
        Self { plain, compressed, tag }
    }
}

static APP: LazyLock<Document> = LazyLock::new(|| {
    Document::of(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi/app-v1.json")))
});

/// The documents of our own APIs as the code says them, each with the path where it is committed.
pub fn documents() -> [(&'static str, String); 2] {
    [("docs/openapi/control-v1.json", control::document()), ("docs/openapi/app-v1.json", app::document())]
}

/// Each document at its address, for anyone: no secret is in them.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/openapi.json", get(async |asked| serve(&PSP, &asked)))
        .route("/control/v1/openapi.json", get(async |asked| serve(&CONTROL, &asked)))
        .route("/app/v1/openapi.json", get(async |asked| serve(&APP, &asked)))
}

fn serve(document: &'static Document, asked: &HeaderMap) -> Response {
    // One tag for both: it names the document, and is weak because the bytes on the wire may be others.
    let tag = HeaderValue::from_static(&document.tag);
    let headers: [(HeaderName, HeaderValue); 3] = [
        (ETAG, tag),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (VARY, HeaderValue::from_static("Accept-Encoding")),
    ];
    if has_it(asked, &document.tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    if !takes_gzip(asked) {
        return (Extension(Shared), headers, json, Bytes::from_static(document.plain)).into_response();
    }
    let coded = [(CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
    (Extension(Shared), headers, json, coded, Bytes::from_static(&document.compressed)).into_response()
}

/// Whether the client says that it takes gzip (RFC 9110, 12.5.3); `gzip;q=0` says the contrary.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let named = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let never = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim_end_matches(['0', '.']).is_empty());
        name.trim().eq_ignore_ascii_case("gzip") && !never
    })
}

/// Whether the client says that it has these bytes (RFC 9110, 13.1.2).
fn has_it(asked: &HeaderMap, own: &str) -> bool {
    let named = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).map(str::trim).any(|tag| {
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || own.strip_prefix("W/") == Some(tag)
    })
}
