//! Under which `Host` the sandbox's pages and the App API answer: only under names that no stranger can point here (DNS
//! rebinding). Any other answer names the host and the setting that allows it.
//!
//! The PSP API answers under every name: its callers send credentials that no other site's page has.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::HOST;
use http::{HeaderMap, StatusCode, Uri};
use lommebok_psp_v3::hosts::KnownHosts;

use super::app;
use super::pages::{Pages, language, once};
use crate::ui::error_page::UnknownHostPage;
use lommebok_web::pages::assets::ASSETS_PATH;
use lommebok_web::pages::html::Html;

/// The hosts that the check allows, and the texts of its refusal.
#[derive(Clone, Debug)]
pub(super) struct HostCheck {
    pub(super) hosts: Arc<KnownHosts>,
    pub(super) pages: Pages,
}

/// The host that a request names: in the target (HTTP/2, absolute form), else in its one `Host`.
pub(super) fn named<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Result<&'r str, ()> {
    match uri.authority() {
        Some(authority) => Ok(authority.as_str()),
        None => Ok(once(headers, HOST.as_str())?.unwrap_or_default()),
    }
}

pub(super) async fn check(State(check): State<HostCheck>, request: Request, next: Next) -> Response {
    let host = named(request.uri(), request.headers()).unwrap_or_default();
    // Styles and scripts are the same for everybody, and the page that refuses a name needs them.
    let is_asset = request.uri().path().strip_prefix(ASSETS_PATH).is_some_and(|rest| rest.starts_with('/'));
    if is_asset || check.hosts.knows(host) {
        return next.run(request).await;
    }
    if request.uri().path().starts_with(app::PATH) {
        return app::unknown_host(request.headers());
    }
    let lang = language(request.uri(), request.headers());
    let page = UnknownHostPage::new(check.pages.page(lang, "/"), host, &check.pages.wallet.settings.public_url);
    Html::page(lang, &page).status(StatusCode::MISDIRECTED_REQUEST).into_response()
}
