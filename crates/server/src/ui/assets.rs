//! Styles, scripts and icons, embedded in the binary. Their addresses carry a fingerprint, so that browsers keep them for good.
//!
//! ES modules import each other by relative paths and so stay under one fingerprint.

use std::sync::LazyLock;

use axum::{body::Body, response::Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

use super::brand::Brand;
use lommebok_web::listener::Shared;

/// Below this path the embedded files are served: `/assets/{fingerprint}/{name}`.
pub const ASSETS_PATH: &str = "/assets";

/// An embedded file: its name below the fingerprint, its media type, its bytes.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($media_type:literal: $($name:literal),+;)+) => {
        &[$($(Asset { name: $name, media_type: $media_type, bytes: include_bytes!(concat!("../../assets/", $name)) }),+),+]
    };
}

static ASSETS: &[Asset] = assets! {
    "text/css; charset=utf-8": "base.css", "components.css", "landing.css", "start.css", "phone.css", "phone-screens.css", "phone-payment.css";
    "text/javascript; charset=utf-8": "theme.js", "copy.js", "ask.js", "hints.js", "rescue.js", "wallet-clock.js", "landing.js", "intercept.js",
        "phone/main.js", "phone/api.js", "phone/dom.js", "phone/texts.js", "phone/format.js", "phone/sign-in.js", "phone/home.js",
        "phone/payment.js", "phone/receipts.js", "phone/cards.js", "phone/step-up.js", "phone/notification.js";
};

/// Files that depend on the brand, made when asked for.
const BRAND_STYLES: &str = "brand.css";
const BRAND_ICON: &str = "icon.svg";

static FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in ASSETS {
        hash.update(asset.name);
        hash.update(asset.bytes);
    }
    let mut text = URL_SAFE_NO_PAD.encode(hash.finalize());
    text.truncate(16);
    text
});

/// The address of an embedded file.
pub fn address(name: &str) -> String {
    format!("{ASSETS_PATH}/{}/{name}", *FINGERPRINT)
}

/// Answers a request for a file below [`ASSETS_PATH`]; `fingerprint` and `name` come from its path.
pub fn answer(brand: &Brand, fingerprint: &str, name: &str) -> Response {
    let (media_type, body) = match name {
        BRAND_STYLES => ("text/css; charset=utf-8", Body::from(brand.stylesheet())),
        BRAND_ICON => ("image/svg+xml", Body::from(brand.icon())),
        _ => match ASSETS.iter().find(|asset| asset.name == name) {
            Some(asset) => (asset.media_type, Body::from(asset.bytes)),
            None => return status_only(StatusCode::NOT_FOUND),
        },
    };
    let branded = matches!(name, BRAND_STYLES | BRAND_ICON);
    let lasting = fingerprint == FINGERPRINT.as_str() && !branded;
    let mut answer = Response::new(body);
    answer.extensions_mut().insert(Shared);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(if lasting { "public, max-age=31536000, immutable" } else { "no-cache" }),
    );
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    answer
}

fn status_only(status: StatusCode) -> Response {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_kept_for_good_under_its_own_fingerprint_only() {
        let brand = Brand::default();
        let own = answer(&brand, &FINGERPRINT, "base.css");
        assert_eq!(own.headers()["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(own.headers()["content-type"], "text/css; charset=utf-8");
        assert_eq!(answer(&brand, "0123456789ab", "base.css").headers()["cache-control"], "no-cache");
        assert_eq!(answer(&brand, &FINGERPRINT, "brand.css").headers()["cache-control"], "no-cache");
    }

    #[test]
    fn what_is_not_embedded_is_not_found() {
        for name in ["", "base.css/", "../base.css", "..%2fCargo.toml", "phone"] {
            assert_eq!(answer(&Brand::default(), &FINGERPRINT, name).status(), StatusCode::NOT_FOUND, "{name}");
        }
    }

    fn texts(media_type: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        let wanted = ASSETS.iter().filter(move |asset| asset.media_type.starts_with(media_type));
        wanted.map(|asset| (asset.name, std::str::from_utf8(asset.bytes).unwrap()))
    }

    /// Names can be taken away from a browser of today, and the browser tests do; what it can parse can't.
    #[test]
    fn no_script_is_written_in_a_way_that_the_oldest_browsers_can_not_parse() {
        const LATER: [(&str, &str); 7] = [
            ("(?<=", "lookbehind: Safari 16.4"),
            ("(?<!", "lookbehind: Safari 16.4"),
            ("static {", "static blocks: Safari 16.4"),
            ("await using", "Safari has none"),
            (" with {", "import attributes: Safari 17.2"),
            ("/v.test", "sets in patterns: Safari 17"),
            ("/dv", "sets in patterns: Safari 17"),
        ];
        for (name, text) in texts("text/javascript") {
            for (later, why) in LATER {
                assert!(!text.contains(later), "{name} holds {later}: {why}");
            }
        }
    }

    #[test]
    fn a_height_in_units_that_older_browsers_lack_stands_behind_one_that_they_know() {
        for (name, text) in texts("text/css") {
            let lines: Vec<&str> = text.lines().map(|line| line.split("/*").next().unwrap().trim()).collect();
            for pair in lines.windows(2).filter(|pair| pair[1].contains("dvh")) {
                assert_eq!(pair[0], pair[1].replace("dvh", "vh"), "{name}");
            }
        }
    }

    #[test]
    fn no_file_fetches_anything_from_another_host() {
        for asset in ASSETS {
            let text = std::str::from_utf8(asset.bytes).unwrap().replace("http://www.w3.org/2000/svg", "");
            for outside in ["https://", "http://", "@import", "eval(", "innerHTML"] {
                assert!(!text.contains(outside), "{} holds {outside}", asset.name);
            }
        }
    }
}
