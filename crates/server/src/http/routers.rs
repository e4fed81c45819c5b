//! The two routers. Production's is built from [`Edge`] and what `operate` needs; the sandbox's adds its own routes.

use axum::Router;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;

use super::control::{self, Control};
use super::{Edge, health, psp};
use crate::tasks::Tasks;

/// The router of a production server: no test route, no phone, no hand on the clock.
pub fn production_router(edge: &Edge, control: Control, tasks: &Tasks) -> Router {
    let public = Router::new().fallback(psp::production).with_state(edge.clone());
    common(edge, tasks).merge(control::operate_routes(control)).fallback_service(public).layer(CatchPanicLayer::new())
}

/// The router of a sandbox.
pub fn sandbox_router(edge: &Edge, control: Control, tasks: &Tasks) -> Router {
    let public = Router::new().fallback(psp::sandbox).with_state(edge.clone());
    common(edge, tasks)
        .merge(control::operate_routes(control.clone()))
        .merge(control::sandbox_routes(control))
        .fallback_service(public)
        .layer(CatchPanicLayer::new())
}

fn common(edge: &Edge, tasks: &Tasks) -> Router {
    Router::new()
        .route("/.well-known/jwks.json", get(psp::jwks))
        .with_state(edge.clone())
        .merge(health::routes(tasks.clone()))
}
