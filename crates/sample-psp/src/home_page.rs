//! What a person finds at the PSP's own address, which is for programs: what lives there, and the way to the pages.
//!
//! A browser gets this page at `/`, and at an address that leads nowhere; a program gets problem details.

use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::{HeaderMap, Method, StatusCode, header};
use lommebok_sdk::Url;

use crate::merchant_api::Problem;
use crate::page::{Chosen, Page};
use lommebok_web::pages::html::Html;

/// Where the page leads.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The shop, if there is one.
    pub(crate) shop: Option<Url>,
    pub(crate) wallet: String,
}

impl Places {
    fn shop(&self, path: &str) -> Option<String> {
        self.shop.as_ref()?.join(path).ok().map(String::from)
    }
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// This page.
    Home,
    /// An address that leads nowhere.
    Nothing,
    /// An address that takes POST.
    ByGet,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    asked: Asked,
    places: Places,
}

/// The PSP's routes, and the page for what they do not answer.
pub(crate) fn around(routes: Router, places: Places) -> Router {
    let home = async |State(places): State<Places>, chosen: Chosen| page(chosen, places, Asked::Home);
    let own = Router::new().route("/", get(home)).with_state(places.clone());
    let by_get = places.clone();
    routes
        .merge(own)
        .fallback(async move |chosen: Chosen, request: Request| otherwise(chosen, places, Asked::Nothing, &request))
        .method_not_allowed_fallback(async move |chosen: Chosen, request: Request| {
            otherwise(chosen, by_get, Asked::ByGet, &request)
        })
}

fn page(chosen: Chosen, places: Places, asked: Asked) -> Html {
    chosen.page(&HomePage { page: Page::new(chosen.lang, "/"), asked, places })
}

fn otherwise(chosen: Chosen, places: Places, asked: Asked, request: &Request) -> Response {
    let (status, detail) = match asked {
        Asked::Home => (StatusCode::OK, ""),
        Asked::Nothing => (StatusCode::NOT_FOUND, "Nothing is at this address."),
        Asked::ByGet => (StatusCode::METHOD_NOT_ALLOWED, "This address does not take this method."),
    };
    if matches!(*request.method(), Method::GET | Method::HEAD) && wants_a_page(request.headers()) {
        page(chosen, places, asked).status(status).into_response()
    } else {
        Problem::new(status, detail).into_response()
    }
}

/// Whether a browser asks for a page: it names `text/html`, and not JSON.
fn wants_a_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("text/html") && !accepted.contains("json")
}
