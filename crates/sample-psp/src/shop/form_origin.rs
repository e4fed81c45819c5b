//! Who may ask: requests to our own names, and forms that our own pages sent.
//!
//! Another site's form is known by `Sec-Fetch-Site`, or by `Origin` where a browser does not send that; another name that
//! leads to our address (DNS rebinding) by `Host`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, header};

use super::wrong::Wrong;
use crate::ui::lang::Chosen;

/// The names under which the shop answers, each with its port.
#[derive(Clone, Debug)]
pub(crate) struct Hosts(pub(crate) Arc<[String]>);

/// Lets our own requests through.
pub(super) async fn check(State(hosts): State<Hosts>, chosen: Chosen, request: Request, next: Next) -> Response {
    let host = text(request.headers(), &header::HOST).unwrap_or_default().to_owned();
    if !hosts.0.iter().any(|known| known.eq_ignore_ascii_case(&host)) {
        return Wrong::OtherName.page(chosen).into_response();
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
