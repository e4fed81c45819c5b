//! The cookie by which a browser is known that has signed in before: an id for each number that it signed in with.
//!
//! It permits nothing without the PIN; it gives its browser tries of its own (ADR 0006). An id is always the server's: what a
//! stranger has planted in a browser never becomes known by that browser's signing in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue};
use lommebok_engine::people::BrowserId;
use lommebok_store::KNOWN_BROWSER_LIFE_MS;

use crate::http::pages;

/// Ids that a cookie has at most: of the numbers that signed in last.
const MAX_IDS: usize = 5;

/// The ids in a browser's cookie.
pub(super) fn known_by(headers: &HeaderMap, public_url: &str) -> Vec<BrowserId> {
    let cookie = pages::cookie(headers, &Cookie::at(public_url).name).unwrap_or_default();
    cookie.split('.').take(MAX_IDS).filter_map(read).collect()
}

fn read(text: &str) -> Option<BrowserId> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(BrowserId)
}

/// The cookie's line after a sign-in with `id`, which comes first; the last one goes when there are too many.
pub(super) fn cookie(before: &[BrowserId], id: BrowserId, public_url: &str) -> Option<HeaderValue> {
    let others = before.iter().filter(|other| **other != id);
    let ids: Vec<String> =
        std::iter::once(&id).chain(others).take(MAX_IDS).map(|id| URL_SAFE_NO_PAD.encode(id.0)).collect();
    let Cookie { name, attributes } = Cookie::at(public_url);
    let life_s = KNOWN_BROWSER_LIFE_MS.checked_div(1_000)?;
    let line = format!("{name}={}; {attributes}; HttpOnly; SameSite=Strict; Max-Age={life_s}", ids.join("."));
    HeaderValue::from_str(&line).ok()
}

struct Cookie {
    name: String,
    attributes: &'static str,
}

impl Cookie {
    /// Over plain http the name has the port, because cookies know none and two wallets may run on one machine.
    fn at(public_url: &str) -> Self {
        match public_url.strip_prefix("http://") {
            Some(authority) => {
                let port = authority.rsplit_once(':').map_or("80", |(_, port)| port);
                Self { name: format!("lommebok-browser-{port}"), attributes: "Path=/app/v1/sessions" }
            }
            None => Self { name: "__Host-lommebok-browser".to_owned(), attributes: "Path=/; Secure" },
        }
    }
}
