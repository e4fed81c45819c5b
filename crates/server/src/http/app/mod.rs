//! The App API, `/app/v1` (docs/app-api.md): what a phone app needs. A user sees and touches only what is bound to that user.

mod answer;
mod browsers;
mod document;
mod payments;
mod receipts;
mod sessions;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use http::HeaderMap;
use lommebok_engine::wallet::Wallet;

pub(crate) use document::document;

use super::Edge;
use super::rates::{self, OfAddress};

/// Where the App API is.
pub(crate) const PATH: &str = "/app/v1";

/// The answer to a call under a name that is none of ours.
pub(crate) fn unknown_host(headers: &HeaderMap) -> Response {
    answer::speak(answer::Refused::unknown_host().into_response(), headers)
}

/// The routes, and JSON for what is none of them.
pub(crate) fn routes(edge: Edge, wallet: Arc<Wallet>) -> Router {
    let routes = Router::new()
        .route("/sessions", post(sessions::sign_in).layer(from_fn_with_state(edge, limited)))
        .route("/sessions/current", get(sessions::current).delete(sessions::sign_out))
        .route("/payments", get(payments::list))
        .route("/payments/open", post(payments::open))
        .route("/payments/{id}", get(payments::show))
        .route("/payments/{id}/approve", post(payments::approve))
        .route("/payments/{id}/cancel", post(payments::cancel))
        .route("/cards", get(payments::cards))
        .route("/receipts", get(receipts::list))
        .route("/receipts/{id}", get(receipts::show))
        .route("/events", get(payments::events))
        .route("/status", get(payments::status))
        .method_not_allowed_fallback(answer::method_not_allowed)
        .fallback(answer::not_found)
        .layer(from_fn(answer::spoken))
        .with_state(wallet);
    // Nesting leaves out the folder's own address with a slash.
    let folder = any(answer::not_found).layer(from_fn(answer::spoken));
    Router::new().route("/app/v1/", folder).nest(PATH, routes)
}

/// Refuses an address that tries too often, before a number is looked up.
async fn limited(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    match edge.rates().of_address(OfAddress::SignIn, rates::client(&request)) {
        Ok(()) => next.run(request).await,
        Err(refused) => answer::Refused::too_often(refused).into_response(),
    }
}
