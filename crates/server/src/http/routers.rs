//! The two routers. Production's is built from [`Edge`] and what `operate` needs; the sandbox's adds its own routes.

use axum::Router;
use axum::handler::Handler as _;
use axum::routing::get;
use http::header::{CONTENT_TYPE, HeaderValue};
use tower_http::catch_panic::CatchPanicLayer;

use super::control::{self, Control};
use super::pages::Pages;
use super::sandbox_pages::{self, SandboxPages};
use super::{Edge, app, health, landing, mobileintercept, psp};
use crate::tasks::Tasks;

/// The router of a production server: no test route, no phone simulator, no hand on the clock.
pub fn production_router(edge: &Edge, control: Control, pages: Pages, tasks: &Tasks) -> Router {
    common(edge, pages, tasks)
        .merge(control::operate_routes(control))
        .fallback_service(psp::production.with_state(edge.clone()))
        .layer(CatchPanicLayer::new())
}

/// The router of a sandbox.
pub fn sandbox_router(edge: &Edge, control: Control, (pages, shown): (Pages, SandboxPages), tasks: &Tasks) -> Router {
    common(edge, pages, tasks)
        .merge(control::operate_routes(control.clone()))
        .merge(control::sandbox_routes(control))
        .merge(sandbox_pages::routes(shown))
        .fallback_service(psp::sandbox.with_state(edge.clone()))
        .layer(CatchPanicLayer::new())
}

fn common(edge: &Edge, pages: Pages, tasks: &Tasks) -> Router {
    Router::new()
        .route("/.well-known/jwks.json", get(psp::jwks))
        .with_state(edge.clone())
        .route("/openapi.json", get(openapi))
        .merge(app::routes(pages.wallet.clone()))
        .merge(mobileintercept::routes(pages.clone()))
        .merge(landing::routes(pages))
        .merge(health::routes(tasks.clone()))
}

async fn openapi() -> ([(http::HeaderName, HeaderValue); 1], String) {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], lommebok_api::openapi::document())
}
