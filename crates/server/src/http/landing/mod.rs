//! The landing page: from the link to "open your app", and at the end back to the shop. The link shows and asks for a
//! number; it never approves. Forms answer 303 to our own page; only that page leaves.

mod form;
mod post;
mod show;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use http::Method;
use http::header::RETRY_AFTER;

use super::Edge;
use super::pages::{Pages, language};
use super::rates::{self, OfAddress};
use crate::ui::error_page::Wrong;
use crate::ui::page;
use lommebok_web::pages::assets::ASSETS_ROUTE;

/// The landing page's routes, and the files that all pages use.
pub(crate) fn routes(edge: Edge, pages: Pages) -> Router {
    Router::new()
        .route(lommebok_psp_v3::paths::DEEPLINK, get(show::deeplink))
        .route("/landing/wait", get(show::wait))
        .route("/landing/number", post(post::number))
        .route("/landing/cancel", post(post::cancel))
        .route_layer(from_fn_with_state((edge, pages.clone()), limited))
        // A page that waits asks these again and again by itself.
        .route("/landing/events", get(show::events))
        .route("/landing/status", get(show::status))
        .route(ASSETS_ROUTE, get(asset))
        .with_state(pages)
}

/// Refuses an address that asks too often, before anything is read for it.
async fn limited(State((edge, pages)): State<(Edge, Pages)>, request: Request, next: Next) -> Response {
    let Err(refused) = edge.rates().of_address(OfAddress::Landing, rates::client(&request)) else {
        return next.run(request).await;
    };
    let lang = language(request.uri(), request.headers());
    let again = (request.method() == Method::GET).then(|| request.uri().to_string());
    let mut response = pages.error(lang, Wrong::TooOften, again.as_deref());
    response.headers_mut().insert(RETRY_AFTER, refused.retry_after_s.into());
    response
}

async fn asset(State(pages): State<Pages>, Path((fingerprint, name)): Path<(String, String)>) -> Response {
    page::file(&pages.brand, &fingerprint, &name)
}
