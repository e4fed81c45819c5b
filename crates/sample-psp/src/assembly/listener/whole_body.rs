//! A request's body, read whole within a size and a time before any route sees the request: no route has to think of clients
//! that send for ever, or a byte a minute.

use std::error::Error as _;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http_body_util::LengthLimitError;

use super::Limits;

/// Hands the request on with its whole body, or refuses it: 413 too long, 408 too slow, 400 broken off.
pub(super) async fn whole_body(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let reading = axum::body::to_bytes(body, limits.body_max_bytes);
    match tokio::time::timeout(limits.body_within, reading).await {
        Ok(Ok(body)) => next.run(Request::from_parts(head, Body::from(body))).await,
        Ok(Err(fault)) if fault.source().is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) => {
            let longest = limits.body_max_bytes;
            (StatusCode::PAYLOAD_TOO_LARGE, format!("The body is longer than {longest} bytes.\n")).into_response()
        }
        Ok(Err(_)) => (StatusCode::BAD_REQUEST, "The body broke off.\n").into_response(),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "The body did not come in time.\n").into_response(),
    }
}
