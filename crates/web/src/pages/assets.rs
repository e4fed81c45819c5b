//! Styles, scripts and icons, embedded in the binary. Their addresses carry a fingerprint, so that browsers keep them for good.
//!
//! ES modules import each other by relative paths and so stay under one fingerprint. What every page begins with (`base.css`,
//! and `theme.js`, which knows light from dark) is always among them.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

use crate::listener::Shared;

/// Below this path the embedded files are served.
pub const ASSETS_PATH: &str = "/assets";

/// The route of the embedded files: its two parameters are those of [`Assets::answer`].
pub const ASSETS_ROUTE: &str = "/assets/{fingerprint}/{*name}";

/// An embedded file: its name below the fingerprint, and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its path below the folder `assets` of its crate.
    pub name: &'static str,
    /// What the file holds.
    pub bytes: &'static [u8],
}

/// The files of these names in the folder `assets` of the crate that asks.
#[macro_export]
macro_rules! assets {
    ($($name:literal),+ $(,)?) => {
        [$($crate::pages::assets::Asset {
            name: $name,
            bytes: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/", $name)),
        }),+]
    };
}

/// All files of a server.
#[derive(Debug)]
pub struct Assets {
    files: Vec<Asset>,
    fingerprint: String,
}

impl Assets {
    /// The server's `own` files, and those that both servers share.
    pub fn new(own: impl IntoIterator<Item = Asset>) -> Self {
        let files: Vec<Asset> = assets!["base.css", "theme.js"].into_iter().chain(own).collect();
        let mut hash = Sha256::new();
        for asset in &files {
            hash.update(asset.name);
            hash.update(asset.bytes);
        }
        let fingerprint =
            hash.finalize().iter().take(8).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        Self { files, fingerprint }
    }

    /// The address of an embedded file.
    pub fn address(&self, name: &str) -> String {
        format!("{ASSETS_PATH}/{}/{name}", self.fingerprint)
    }

    /// Answers a request for a file; `fingerprint` and `name` come from its path.
    pub fn answer(&self, fingerprint: &str, name: &str) -> Response {
        let Some(asset) = self.files.iter().find(|asset| asset.name == name) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let mut answer = changing(name, asset.bytes);
        if fingerprint == self.fingerprint {
            let for_good = HeaderValue::from_static("public, max-age=31536000, immutable");
            answer.headers_mut().insert(header::CACHE_CONTROL, for_good);
        }
        answer
    }
}

/// A file that is not embedded and may change: browsers ask for it each time.
pub fn changing(name: &str, text: impl Into<Body>) -> Response {
    let mut answer = Response::new(text.into());
    answer.extensions_mut().insert(Shared);
    for (name, value) in [
        (header::CONTENT_TYPE, media_type(name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_kept_for_good_under_its_own_fingerprint_only() {
        let assets = Assets::new([]);
        let own = assets.answer(&assets.fingerprint, "base.css");
        assert_eq!(own.headers()["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(own.headers()["content-type"], "text/css; charset=utf-8");
        assert_eq!(assets.answer("0123456789ab", "base.css").headers()["cache-control"], "no-cache");
        assert_eq!(changing("brand.css", "").headers()["cache-control"], "no-cache");
    }

    #[test]
    fn what_is_not_embedded_is_not_found() {
        let assets = Assets::new([]);
        for name in ["", "base.css/", "../base.css", "..%2fCargo.toml", "phone"] {
            assert_eq!(assets.answer(&assets.fingerprint, name).status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
