//! `/healthz` (the process lives), `/readyz` (it takes requests, and all that was due before it started is done) and
//! `/metrics` (what it counted).

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

use crate::observability::Metrics;
use crate::tasks::Tasks;
use crate::wallet::Wallet;

/// The routes.
pub(crate) fn routes(tasks: Tasks, wallet: Wallet) -> Router {
    let ready = move || {
        let stopping = tasks.stopping().is_cancelled();
        async move { if stopping { (StatusCode::SERVICE_UNAVAILABLE, "stopping\n") } else { (StatusCode::OK, "ready\n") } }
    };
    Router::new().route("/healthz", get(|| async { "alive\n" })).route("/readyz", get(ready)).route(
        "/metrics",
        get(move || {
            let metrics = metrics(&wallet);
            async { metrics }
        }),
    )
}

/// The gauges are read anew, so that they are right also when two changes at once have left one behind.
fn metrics(wallet: &Wallet) -> String {
    let metrics = Metrics::install();
    wallet.measure_unconfirmed();
    wallet.measure_wall_clock();
    metrics.render()
}
