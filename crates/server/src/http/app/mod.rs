//! The App API, `/app/v1` (docs/app-api.md): what a phone app needs. A user sees and touches only what is bound to that user.

mod answer;
mod payments;
mod receipts;
mod sessions;
mod view;

use axum::routing::{get, post};
use axum::{Router, middleware};

use crate::wallet::Wallet;

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
        .layer(middleware::from_fn(answer::in_the_readers_language))
        .with_state(wallet)
}
