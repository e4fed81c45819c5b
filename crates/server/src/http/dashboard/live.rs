//! Where open pages hear that something changed: the Control API's streams, handed on. A page reads itself again then.

use axum::extract::State;
use axum::response::Response;
use http::Uri;

use super::Dashboard;
use super::exchanges::filter;
use crate::http::pages::query;

/// Changes of payments and of the clock.
pub(super) async fn payments(State(dashboard): State<Dashboard>) -> Response {
    dashboard.door.stream("changes").await
}

/// Exchanges, as the list shows them.
pub(super) async fn exchanges(State(dashboard): State<Dashboard>, uri: Uri) -> Response {
    let filter = filter(&query(&uri, "payment").unwrap_or_default(), query(&uri, "refused").is_some());
    dashboard.door.stream(&format!("exchanges/stream?{}", filter.trim_start_matches('&'))).await
}
