//! `/healthz` (the process lives), `/readyz` (what is asked for can be stored, and all that was due before the start is done)
//! and `/metrics` (what it counted).

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

use lommebok_engine::observability::{Metrics, store_trouble};
use lommebok_engine::tasks::Tasks;
use lommebok_engine::wallet::Wallet;

pub(crate) fn routes(tasks: Tasks, wallet: Arc<Wallet>) -> Router {
    let asked = wallet.clone();
    let ready = move || {
        let (tasks, wallet) = (tasks.clone(), asked.clone());
        async move {
            if tasks.stopping().is_cancelled() {
                return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
            }
            match wallet.writer.stores().await {
                Ok(()) => (StatusCode::OK, "ready\n"),
                Err(why) => {
                    store_trouble(&why);
                    (StatusCode::SERVICE_UNAVAILABLE, "not ready: nothing can be stored now; the log says why\n")
                }
            }
        }
    };
    Router::new().route("/healthz", get(|| async { "alive\n" })).route("/readyz", get(ready)).route(
        "/metrics",
        get(move || {
            let wallet = Arc::clone(&wallet);
            async move { metrics(&wallet).await }
        }),
    )
}

/// The gauges are read anew, so that they are right also when two changes at once have left one behind.
async fn metrics(wallet: &Wallet) -> String {
    let metrics = Metrics::install();
    wallet.payments.measure_unconfirmed().await;
    wallet.watch.measure_wall_clock();
    wallet.writer.measure_writes();
    metrics.render()
}
