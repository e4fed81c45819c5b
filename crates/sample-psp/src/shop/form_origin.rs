//! Who may ask: requests to our own names, and forms that our own pages sent.
//!
//! Another site's form is known by `Sec-Fetch-Site`, or by `Origin` where a browser does not send that; another name that
//! leads to our address (DNS rebinding) by `Host`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, header};
use lommebok_psp_v3::hosts::KnownHosts;

use super::wrong::{Wrong, other_name};
use crate::page::Chosen;

/// Lets our own requests through.
pub(super) async fn check(
    State(hosts): State<Arc<KnownHosts>>,
    chosen: Chosen,
    request: Request,
    next: Next,
) -> Response {
    // HTTP/2 says the host in the target.
    let target = request.uri().authority().map(http::uri::Authority::as_str);
    let host = target.or_else(|| text(request.headers(), &header::HOST)).unwrap_or_default().to_owned();
    if !hosts.knows(&host) {
        return other_name(chosen, &host).into_response();
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes && !is_our_form(request.headers(), &host) {
        return Wrong::OtherSite.page(chosen).into_response();
    }
    next.run(request).await
}

fn is_our_form(headers: &HeaderMap, host: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let origin = text(headers, &header::ORIGIN).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
