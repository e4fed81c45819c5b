//! The cookie by which a browser is known that has signed in before: an id for each number that it signed in with.
//!
//! It permits nothing without the PIN; it gives its browser tries of its own (ADR 0006). An id is always the server's: what a
//! stranger has planted in a browser never becomes known by that browser's signing in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue};
use lommebok_engine::people::BrowserId;
use lommebok_engine::wallet::Settings;
use lommebok_store::KNOWN_BROWSER_LIFE_MS;

use crate::http::pages;

/// How the cookie's name begins.
const PURPOSE: &str = "lommebok-browser";
/// Ids that a cookie has at most: of the numbers that signed in last.
const MAX_IDS: usize = 5;

/// The ids in a browser's cookie.
pub(super) fn known_by(headers: &HeaderMap, settings: &Settings) -> Vec<BrowserId> {
    let cookie = pages::cookie(headers, &pages::cookie_name(PURPOSE, settings)).unwrap_or_default();
    cookie.split('.').take(MAX_IDS).filter_map(read).collect()
}

fn read(text: &str) -> Option<BrowserId> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(BrowserId)
}

/// The cookie's line after a sign-in with `id`, which comes first; the last one goes when there are too many.
pub(super) fn cookie(before: &[BrowserId], id: BrowserId, settings: &Settings) -> Option<HeaderValue> {
    let others = before.iter().filter(|other| **other != id);
    let ids: Vec<String> =
        std::iter::once(&id).chain(others).take(MAX_IDS).map(|id| URL_SAFE_NO_PAD.encode(id.0)).collect();
    let name = pages::cookie_name(PURPOSE, settings);
    // Only a cookie of the whole host may be called `__Host-`.
    let attributes = if name.starts_with("__Host-") {
        "Path=/; Secure".to_owned()
    } else {
        format!("Path={}/app/v1/sessions", settings.base_path)
    };
    let life_s = KNOWN_BROWSER_LIFE_MS.checked_div(1_000)?;
    let line = format!("{name}={}; {attributes}; HttpOnly; SameSite=Strict; Max-Age={life_s}", ids.join("."));
    HeaderValue::from_str(&line).ok()
}
