//! What every page needs: the wallet, the brand, the reader's language.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT_LANGUAGE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

use crate::ui::brand::Brand;
use crate::ui::error_page::{ErrorPage, Wrong};
use crate::ui::html::{Html, Policy, guard};
use crate::ui::lang::{LANG_COOKIE, Lang};
use crate::ui::page::Page;
use crate::wallet::Wallet;

/// What every page needs. Cheap to clone. Only the two routers make it, each its own kind: nobody hands the one the other's.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    /// The wallet that the pages are about.
    pub(crate) wallet: Wallet,
    /// Name and colour.
    pub(crate) brand: Arc<Brand>,
    /// Whether pages offer what only a sandbox has.
    pub(crate) sandbox: bool,
}

impl Pages {
    /// The frame of a page at `here`, in `lang`.
    pub(crate) fn page<'a>(&'a self, lang: Lang, here: &'a str) -> Page<'a> {
        Page { lang, brand: &self.brand, sandbox: self.sandbox, here }
    }

    /// A page that says what went wrong and what to do.
    pub(crate) fn error(&self, lang: Lang, wrong: Wrong, again: Option<&str>) -> Response {
        let status = match wrong {
            Wrong::NotFound => StatusCode::NOT_FOUND,
            Wrong::StaleForm => StatusCode::FORBIDDEN,
            Wrong::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let page = self.page(lang, again.unwrap_or("/"));
        Html::page(lang, &ErrorPage { page, wrong, again }).status(status).into_response()
    }
}

/// The reader's language: `?lang=`, the cookie, `Accept-Language`, English.
pub(crate) fn language(uri: &Uri, headers: &HeaderMap) -> Lang {
    let chosen = query(uri, "lang");
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::choose(chosen.as_deref(), cookie(headers, LANG_COOKIE).as_deref(), accepted)
}

/// Remembers a language that was chosen by `?lang=`.
pub(crate) fn remember_language(mut response: Response, uri: &Uri, lang: Lang) -> Response {
    if query(uri, "lang").is_some()
        && let Ok(value) = HeaderValue::from_str(&format!("{LANG_COOKIE}={}; Path=/; SameSite=Lax", lang.tag()))
    {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// A parameter of the query, decoded. One that comes twice is none: who wrote it twice means something else than we read.
pub(crate) fn query(uri: &Uri, name: &str) -> Option<String> {
    let mut values = url::form_urlencoded::parse(uri.query()?.as_bytes()).filter(|(key, _)| key == name);
    let (_, value) = values.next()?;
    values.next().is_none().then(|| value.into_owned())
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// What the browser says of where a form came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A page of this server.
    OurPage,
    /// It says nothing. No browser of today does so in a POST; programs do.
    Unsaid,
    /// Another site's page, or one that hides where it is from.
    Foreign,
}

/// Who sent a form, by `Sec-Fetch-Site` and `Origin`. Behind a proxy `Host` may be an inner name, so the origin is compared
/// with the public URL first; a sandbox is also at home wherever it was called. Our pages say `no-referrer`, for which
/// browsers write `Origin: null` even of our own forms: then only `Sec-Fetch-Site` can vouch for them.
pub(crate) fn sender(pages: &Pages, uri: &Uri, headers: &HeaderMap) -> Sender {
    let (Ok(site), Ok(origin)) = (once(headers, "sec-fetch-site"), once(headers, ORIGIN.as_str())) else {
        return Sender::Foreign;
    };
    let same_site = site.map(|site| site == "same-origin");
    let same_origin = match origin {
        None => None,
        Some("null") => Some(same_site == Some(true)),
        Some(origin) => Some(origin == pages.wallet.public_url() || (pages.sandbox && is_where(origin, uri, headers))),
    };
    match (same_site, same_origin) {
        (Some(false), _) | (_, Some(false)) => Sender::Foreign,
        (None, None) => Sender::Unsaid,
        (Some(true), _) | (_, Some(true)) => Sender::OurPage,
    }
}

/// Whether `origin` is the address at which the server was called.
fn is_where(origin: &str, uri: &Uri, headers: &HeaderMap) -> bool {
    let host = uri.authority().map(http::uri::Authority::as_str);
    let host = host.or_else(|| once(headers, HOST.as_str()).ok().flatten());
    origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host)
}

/// The value of a header that may come once at most; an error when it comes twice or is not ASCII.
pub(crate) fn once<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(drop),
        (Some(_), Some(_)) => Err(()),
    }
}

/// A form's answer: 303 to one of our own pages, with the headers that a page owes.
pub(crate) fn see_other(to: &str, policy: Policy) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    guard(response.headers_mut(), policy);
    if let Ok(to) = HeaderValue::from_str(to) {
        response.headers_mut().insert(LOCATION, to);
    }
    response
}
