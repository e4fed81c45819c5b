//! The API that the PSP offers its merchants: `/merchant/v1/…`, JSON, a bearer key per merchant. `docs/sample-psp.md`
//! describes it.
//!
//! A merchant sees its own payments only; another's look like nothing. Faults become answers in one place (`problem`).

mod authorization;
mod create;
mod operate;
mod problem;
mod read;
mod timeline;
mod views;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::StatusCode;
use http::header::CONTENT_TYPE;

pub(crate) use authorization::{Merchant, Merchants};
pub(crate) use create::Flow;
pub(crate) use problem::Problem;
pub(crate) use timeline::{By, Timeline, TimelineLine, What};
pub(crate) use views::{PaymentView, Reason};

use crate::ledger::OperationKind;
use crate::psp::Psp;

/// The most bytes of a body.
const BODY_MAX_BYTES: usize = 16 * 1024;

/// What the handlers know.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) psp: Psp,
    pub(crate) merchants: Merchants,
}

/// The routes.
pub(crate) fn router(api: Api) -> Router {
    Router::new()
        .route("/merchant/v1/payments", post(create::create).get(read::list))
        .route("/merchant/v1/payments/{id}", get(read::payment))
        .route("/merchant/v1/payments/{id}/timeline", get(timeline::timeline))
        .route("/merchant/v1/payments/{id}/captures", operate::handler(OperationKind::Capture))
        .route("/merchant/v1/payments/{id}/cancel", operate::handler(OperationKind::Cancel))
        .route("/merchant/v1/payments/{id}/refunds", operate::handler(OperationKind::Refund))
        .route("/merchant/v1/reconciliation", get(read::reconciliation))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(map_response(in_our_shape))
        .with_state(api)
}

/// What the framework refuses by itself, in the shape of all other refusals.
async fn in_our_shape(answer: Response) -> Response {
    let status = answer.status();
    let is_ours = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if is_ours || !status.is_client_error() {
        return answer;
    }
    let detail = match status {
        StatusCode::PAYLOAD_TOO_LARGE => format!("A body has at most {BODY_MAX_BYTES} bytes; nothing was changed."),
        _ => "The address can't be read; a list takes `limit` and `before`, both whole numbers.".to_owned(),
    };
    Problem::new(status, detail).into_response()
}
