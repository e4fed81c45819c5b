//! The App API, `/app/v1` (docs/app-api.md): what a phone app needs. A user sees and touches only what is bound to that user.

mod answer;
mod payments;
mod receipts;
mod sessions;
mod view;

use axum::Router;
use axum::routing::{any, get, post};
use http::StatusCode;

use crate::wallet::Wallet;
use answer::Refused;

/// The routes.
pub(crate) fn routes(wallet: Wallet) -> Router {
    Router::new()
        .route("/app/v1/sessions", post(sessions::sign_in))
        .route("/app/v1/sessions/current", get(sessions::current).delete(sessions::sign_out))
        .route("/app/v1/payments", get(payments::list))
        .route("/app/v1/payments/open", post(payments::open))
        .route("/app/v1/payments/{id}", get(payments::show))
        .route("/app/v1/payments/{id}/approve", post(payments::approve))
        .route("/app/v1/payments/{id}/cancel", post(payments::cancel))
        .route("/app/v1/cards", get(payments::cards))
        .route("/app/v1/receipts", get(receipts::list))
        .route("/app/v1/events", get(payments::events))
        .route("/app/v1/{*rest}", any(nowhere))
        .method_not_allowed_fallback(other_method)
        .with_state(wallet)
}

async fn nowhere() -> Refused {
    Refused::new(StatusCode::NOT_FOUND, "not_found", "The App API has no such path.")
}

async fn other_method() -> Refused {
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "The path has other methods.")
}
