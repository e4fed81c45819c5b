//! What every page knows: its language, where it is, and the files that it loads. HTML leaves through [`Chosen::page`] alone.
//!
//! The pages have two brands that must not look like the wallet: the shop, and the simulated bank. Texts are in the templates.

use std::borrow::Borrow;
use std::convert::Infallible;
use std::sync::LazyLock;

use askama::Template;
use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::get;
use http::HeaderValue;
use http::header::{ACCEPT_LANGUAGE, COOKIE, REFERRER_POLICY, SET_COOKIE};
use http::request::Parts;
use lommebok_web::assets;
use lommebok_web::pages::assets::{ASSETS_ROUTE, Assets};
use lommebok_web::pages::html::Html;
use lommebok_web::pages::lang::Lang;

/// The frame around a page's own content; the layouts read it.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The language of the page.
    pub(crate) lang: Lang,
    /// Path of this page: the language switch leads here again.
    pub(crate) here: String,
    /// Whether it is one of the shop's places; what leads nowhere is none.
    is_place: bool,
}

impl Page {
    pub(crate) fn new(lang: Lang, here: impl Into<String>) -> Self {
        Self { lang, here: here.into(), is_place: true }
    }

    /// A page that is not where it should be; its language switch leads to the front.
    pub(crate) fn nowhere(lang: Lang) -> Self {
        Self { lang, here: "/".to_owned(), is_place: false }
    }

    /// Whether this is the page at `path`.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.is_place && self.here == path
    }

    /// Whether this page is at `path` or below it.
    pub(crate) fn is_below(&self, path: &str) -> bool {
        self.is_place && self.here.starts_with(path)
    }

    /// The address of an embedded file.
    #[expect(clippy::unused_self, reason = "templates ask the page for everything")]
    pub(crate) fn asset(&self, name: &str) -> String {
        ASSETS.address(name)
    }

    /// The address of this page in the other language.
    pub(crate) fn switch(&self, lang: Lang) -> String {
        let joint = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={}", self.here, lang.tag())
    }

    pub(crate) fn norwegian(&self) -> bool {
        self.lang == Lang::Nb
    }

    /// The wording in the page's language: Norwegian first, English second.
    pub(crate) fn say<'t>(&self, nb: &'t str, en: &'t str) -> &'t str {
        self.lang.of(nb, en)
    }

    /// A moment in UTC, to the second; a script shows it in the reader's own zone.
    #[expect(clippy::unused_self, reason = "templates ask the page for everything")]
    pub(crate) fn utc(&self, at: impl AsRef<str>) -> String {
        at.as_ref().chars().take("2026-05-04T10:00:00".len()).map(|it| if it == 'T' { ' ' } else { it }).collect()
    }

    /// An amount as the page's language writes it.
    pub(crate) fn money(&self, ore: impl Borrow<i64>) -> String {
        self.lang.kroner(*ore.borrow())
    }
}

/// The cookie that remembers the language a person chose with the switch: `nb` or `en`.
const LANG_COOKIE: &str = "fjellkroa-lang";

/// The language that a browser gets, and whether it just chose it with the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) lang: Lang,
    by_switch: bool,
}

impl Chosen {
    /// A page in this language, with the cookie that keeps a choice made with the switch. Its forms say where they are from.
    pub(crate) fn page(self, template: &impl Template) -> Html {
        let html = Html::page(self.lang, template).header(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        let tag = self.lang.tag();
        let cookie = format!("{LANG_COOKIE}={tag}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
        match HeaderValue::try_from(cookie) {
            Ok(cookie) if self.by_switch => html.header(SET_COOKIE, cookie),
            _ => html,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Chosen {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("lang="));
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let cookies = header(COOKIE).unwrap_or_default().split(';').map(str::trim);
        let cookie = cookies.filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == LANG_COOKIE);
        let lang = Lang::choose(query, cookie.map(|(_, value)| value), header(ACCEPT_LANGUAGE));
        Ok(Self { lang, by_switch: query.and_then(Lang::parse).is_some() })
    }
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    Assets::new(assets![
        "leave.js",
        "once.js",
        "bank/bank.css",
        "bank/bank.svg",
        "shop/shop.css",
        "shop/goods.css",
        "shop/checkout.css",
        "shop/backoffice.css",
        "keep-up.js",
        "waits.js",
        "times.js",
        "live.js",
        "shop/order.js",
        "shop/checkout.js",
        "shop/icon.svg",
    ])
});

/// Serves the files that pages load.
pub(crate) fn files() -> Router {
    let file = async |Path((fingerprint, name)): Path<(String, String)>| ASSETS.answer(&fingerprint, &name);
    Router::new().route(ASSETS_ROUTE, get(file))
}
