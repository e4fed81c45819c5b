//! What every page needs: the wallet, the brand, the reader's language.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT_LANGUAGE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use lommebok_engine::wallet::{Settings, Wallet};

use crate::ui::brand::Brand;
use crate::ui::error_page::{Addresses, ErrorPage, Wrong};
use crate::ui::page::Page;
use crate::ui::qr::QrCodes;
use lommebok_web::pages::html::{Html, Policy, guard};
use lommebok_web::pages::lang::Lang;

/// The cookie that remembers the language a person chose with the switch: `nb` or `en`.
const LANG_COOKIE: &str = "lommebok-lang";

/// The longest origin that is shown, in bytes: a name of 253, a scheme and a port fit in.
const ORIGIN_BYTES: usize = 300;

/// What every page needs. Cheap to clone. Only the two routers make it, each its own kind, so they can't be mixed up.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    /// The wallet that the pages are about.
    pub(crate) wallet: Arc<Wallet>,
    /// Name and colour.
    pub(crate) brand: Arc<Brand>,
    /// Whether pages offer what only a sandbox has.
    pub(crate) sandbox: bool,
    /// The codes on landing pages.
    pub(crate) qr_codes: QrCodes,
}

impl Pages {
    /// The frame of a page at `here`, in `lang`.
    pub(crate) fn page<'a>(&'a self, lang: Lang, here: &'a str) -> Page<'a> {
        Page { lang, brand: &self.brand, sandbox: self.sandbox, base: &self.wallet.settings.base_path, here }
    }

    /// Where a page of this wallet is, on its host.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.wallet.settings.base_path)
    }

    /// A form's answer: 303 to the page of ours at `path`, with the headers that a page owes.
    pub(crate) fn see_other(&self, path: &str, policy: Policy) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        guard(response.headers_mut(), policy);
        if let Ok(to) = HeaderValue::from_str(&self.at(path)) {
            response.headers_mut().insert(LOCATION, to);
        }
        response
    }

    /// How a cookie of this wallet is called: over plain http with the port, because cookies know none and two wallets may run on one
    /// machine; in both with what the wallet's path ends with.
    pub(crate) fn cookie_name(&self, purpose: &str) -> String {
        cookie_name(purpose, &self.wallet.settings)
    }

    /// A page that says what went wrong and what to do.
    pub(crate) fn error(&self, lang: Lang, wrong: Wrong, again: Option<&str>) -> Response {
        let status = wrong.status();
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

/// [`Pages::cookie_name`] for a wallet with these settings.
pub(crate) fn cookie_name(purpose: &str, settings: &Settings) -> String {
    let wallet = settings.base_path.rsplit_once('/').map(|(_, name)| format!("-{name}")).unwrap_or_default();
    match settings.origin().strip_prefix("http://") {
        Some(authority) => {
            let port = authority.rsplit_once(':').map_or("80", |(_, port)| port);
            format!("{purpose}-{port}{wallet}")
        }
        None => format!("__Host-{purpose}{wallet}"),
    }
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    cookies(headers).find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// Names and values of all cookies.
pub(crate) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

/// What the browser says of where a form came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A page of this server.
    OurPage,
    /// It says nothing. No browser of today does so in a POST; programs do.
    Unsaid,
    /// Another site's page, or one that hides where it is from; with the origin that it names.
    Foreign(Option<Addresses>),
    /// A page of this server, as the browser says, but at another origin than the server's own: behind a proxy whose address
    /// it was not told.
    Elsewhere(Addresses),
}

/// Who sent a form, by `Sec-Fetch-Site` and `Origin`. Behind a proxy `Host` may be an inner name, so the origin is compared
/// with the public URL first; a sandbox is also at home wherever it was called. Our answers say `no-referrer`, for which
/// browsers write `Origin: null` even of our own forms: then only `Sec-Fetch-Site` can vouch for them. Safari has it from
/// version 16.4 on, and none sends it to plain http, so pages with forms say `same-origin` in their head.
pub(crate) fn sender(pages: &Pages, uri: &Uri, headers: &HeaderMap) -> Sender {
    let (Ok(site), Ok(origin)) = (once(headers, "sec-fetch-site"), once(headers, ORIGIN.as_str())) else {
        return Sender::Foreign(None);
    };
    let same_site = site.map(|site| site == "same-origin");
    let same_origin = match origin {
        None => None,
        Some("null") => Some(same_site == Some(true)),
        Some(origin) => {
            Some(origin == pages.wallet.settings.origin() || (pages.sandbox && is_where(origin, uri, headers)))
        }
    };
    match (same_site, same_origin) {
        (None, None) => Sender::Unsaid,
        (None | Some(true), Some(true)) | (Some(true), None) => Sender::OurPage,
        (Some(true), Some(false)) => addresses(pages, origin).map_or(Sender::Foreign(None), Sender::Elsewhere),
        (Some(false), _) => Sender::Foreign(None),
        (None, Some(false)) => Sender::Foreign(addresses(pages, origin)),
    }
}

/// The origin that a browser named in a request to this server; nothing for what no browser writes as an origin.
fn addresses(pages: &Pages, origin: Option<&str>) -> Option<Addresses> {
    let origin = origin.filter(|origin| origin.len() <= ORIGIN_BYTES)?;
    let url = url::Url::parse(origin).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let is_spelled_so = url.origin().ascii_serialization() == origin;
    is_spelled_so.then(|| Addresses { named: origin.to_owned(), own: pages.wallet.settings.origin().to_owned() })
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
