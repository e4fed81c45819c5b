//! `/healthz` (the process lives), `/readyz` (it takes requests) and `/metrics` (what it counted).

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

use crate::tasks::Tasks;

/// The routes. `metrics` renders what Prometheus reads.
pub(crate) fn routes(tasks: Tasks, metrics: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router {
    let ready = move || {
        let stopping = tasks.stopping().is_cancelled();
        async move { if stopping { (StatusCode::SERVICE_UNAVAILABLE, "stopping\n") } else { (StatusCode::OK, "ready\n") } }
    };
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(move || std::future::ready(metrics())))
}
