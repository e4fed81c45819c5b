//! Styles, scripts and the icon, embedded in the binary. Their addresses carry a fingerprint, so that browsers keep them.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

/// An embedded file: its name, its media type, its text.
struct Asset(&'static str, &'static str, &'static str);

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

static ASSETS: [Asset; 16] = [
    Asset("theme.js", JS, include_str!("../../assets/theme.js")),
    Asset("leave.js", JS, include_str!("../../assets/leave.js")),
    Asset("once.js", JS, include_str!("../../assets/once.js")),
    Asset("bank.css", CSS, include_str!("../../assets/bank/bank.css")),
    Asset("bank.svg", SVG, include_str!("../../assets/bank/bank.svg")),
    Asset("shop.css", CSS, include_str!("../../assets/shop/shop.css")),
    Asset("goods.css", CSS, include_str!("../../assets/shop/goods.css")),
    Asset("checkout.css", CSS, include_str!("../../assets/shop/checkout.css")),
    Asset("backoffice.css", CSS, include_str!("../../assets/shop/backoffice.css")),
    Asset("keep-up.js", JS, include_str!("../../assets/keep-up.js")),
    Asset("waits.js", JS, include_str!("../../assets/waits.js")),
    Asset("times.js", JS, include_str!("../../assets/times.js")),
    Asset("live.js", JS, include_str!("../../assets/live.js")),
    Asset("order.js", JS, include_str!("../../assets/shop/order.js")),
    Asset("checkout.js", JS, include_str!("../../assets/shop/checkout.js")),
    Asset("icon.svg", SVG, include_str!("../../assets/shop/icon.svg")),
];

static FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for Asset(name, _, text) in &ASSETS {
        hash.update(name);
        hash.update(text);
    }
    hash.finalize().iter().take(6).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
});

/// The address of an embedded file.
pub(crate) fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *FINGERPRINT)
}

/// Serves the embedded files.
pub(crate) fn router() -> Router {
    Router::new().route("/assets/{fingerprint}/{name}", get(asset))
}

async fn asset(Path((fingerprint, name)): Path<(String, String)>) -> Response {
    let Some(Asset(_, media_type, text)) = ASSETS.iter().find(|asset| asset.0 == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let lasting = fingerprint == *FINGERPRINT;
    let mut answer = text.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let keeping = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeping));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_fetches_anything_from_another_host_or_writes_html() {
        for Asset(name, _, text) in &ASSETS {
            let text = text.replace("http://www.w3.org/2000/svg", "");
            for outside in ["https://", "http://", "@import", "eval(", "innerHTML"] {
                assert!(!text.contains(outside), "{name} holds {outside}");
            }
        }
    }
}
