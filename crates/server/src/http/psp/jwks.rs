//! `GET /.well-known/jwks.json`: the public keys of the access tokens.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::http::Edge;

pub(crate) async fn jwks(State(edge): State<Edge>) -> Response {
    match edge.access_tokens().jwks().await {
        Ok(keys) => Json(keys).into_response(),
        Err(fault) => {
            tracing::error!(%fault, "no signing key");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
