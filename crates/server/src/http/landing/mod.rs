//! The landing page: from the link to "open your app", and at the end back to the shop. The link shows and asks for a
//! number; it never approves. Forms answer 303 to our own page; only that page leaves.

mod form;
mod post;
mod show;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};

use super::pages::Pages;
use crate::ui::assets;

/// The landing page's routes, and the files that all pages use.
pub(crate) fn routes(pages: Pages) -> Router {
    Router::new()
        .route(lommebok_api::paths::DEEPLINK, get(show::deeplink))
        .route("/landing/wait", get(show::wait))
        .route("/landing/events", get(show::events))
        .route("/landing/status", get(show::status))
        .route("/landing/number", post(post::number))
        .route("/landing/cancel", post(post::cancel))
        .route("/assets/{fingerprint}/{*name}", get(asset))
        .with_state(pages)
}

async fn asset(State(pages): State<Pages>, Path((fingerprint, name)): Path<(String, String)>) -> Response {
    assets::answer(&pages.brand, &fingerprint, &name)
}
