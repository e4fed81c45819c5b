//! What every page knows: its language, the brand, whether this is a sandbox, where it is, and the files that it loads.

use std::sync::LazyLock;

use axum::response::Response;
use lommebok_web::assets;
use lommebok_web::pages::assets::{Assets, changing};
use lommebok_web::pages::lang::Lang;

use super::brand::Brand;

/// The frame around a page's own content; the layout template reads it.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The language of the page.
    pub lang: Lang,
    /// The wallet's name and colour.
    pub brand: &'a Brand,
    /// Whether the page says that no money moves and offers the phone simulator.
    pub sandbox: bool,
    /// The path below which the wallet's pages are, before every link to one of them: nothing at the root.
    pub base: &'a str,
    /// Path and query of this page below `base`, without `lang`: the language switch leads here again.
    pub here: &'a str,
}

impl Page<'_> {
    /// The address of a file that the page loads, with the fingerprint that lets browsers keep it for good.
    pub fn asset(&self, name: &str) -> String {
        ASSETS.address(name)
    }

    /// The address of this page in the other language.
    pub fn switch(&self, lang: Lang) -> String {
        let joint = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{}{joint}lang={}", self.base, self.here, lang.tag())
    }

    /// Whether this page is in Norwegian.
    pub fn norwegian(&self) -> bool {
        self.lang == Lang::Nb
    }

    /// The wording in the page's language: Norwegian first, English second.
    pub fn say<'t>(&self, nb: &'t str, en: &'t str) -> &'t str {
        self.lang.of(nb, en)
    }
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    Assets::new(assets![
        "wallet.css",
        "components.css",
        "landing.css",
        "start.css",
        "phone.css",
        "phone-screens.css",
        "phone-payment.css",
        "copy.js",
        "ask.js",
        "hints.js",
        "rescue.js",
        "wallet-clock.js",
        "landing.js",
        "intercept.js",
        "phone/main.js",
        "phone/api.js",
        "phone/dom.js",
        "phone/texts.js",
        "phone/format.js",
        "phone/sign-in.js",
        "phone/home.js",
        "phone/payment.js",
        "phone/receipts.js",
        "phone/cards.js",
        "phone/step-up.js",
        "phone/notification.js",
        "dashboard/frame.css",
        "dashboard/lists.css",
        "dashboard/payment.css",
        "dashboard/sequence.css",
        "dashboard/exchange.css",
        "dashboard/clock.css",
        "dashboard/users.css",
        "dashboard/main.js",
        "dashboard/live.js",
        "dashboard/times.js",
        "dashboard/keys.js",
        "dashboard/copies.js",
        "dashboard/sign-in.js",
    ])
});

/// Answers a request for a file of the pages; `fingerprint` and `name` come from its path. Two are made from the brand.
pub fn file(brand: &Brand, fingerprint: &str, name: &str) -> Response {
    match name {
        "brand.css" => changing(name, brand.stylesheet()),
        "icon.svg" => changing(name, brand.icon()),
        _ => ASSETS.answer(fingerprint, name),
    }
}
