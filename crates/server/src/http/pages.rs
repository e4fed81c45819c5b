//! What every page needs: the wallet, the brand, the reader's language.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT_LANGUAGE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

use crate::ui::brand::Brand;
use crate::ui::error_page::{ErrorPage, Wrong};
use crate::ui::html::{Html, Policy, guard};
use crate::ui::lang::{LANG_COOKIE, Lang};
use crate::ui::page::Page;
use crate::wallet::Wallet;

/// What every page needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The wallet that the pages are about.
    pub wallet: Wallet,
    /// Name and colour.
    pub brand: Arc<Brand>,
    /// Whether pages offer what only a sandbox has.
    pub sandbox: bool,
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

/// A parameter of the query, decoded.
pub(crate) fn query(uri: &Uri, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(uri.query()?.as_bytes());
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
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
