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
use axum::routing::{get, post};

pub(crate) use authorization::{Merchant, Merchants};
pub(crate) use timeline::Timeline;
pub(crate) use views::{PaymentView, TimelineLine};

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
        .route("/merchant/v1/payments/{id}/captures", post(operate::capture))
        .route("/merchant/v1/payments/{id}/cancel", post(operate::cancel))
        .route("/merchant/v1/payments/{id}/refunds", post(operate::refund))
        .route("/merchant/v1/reconciliation", get(read::reconciliation))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .with_state(api)
}
