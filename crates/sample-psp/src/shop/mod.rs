//! Fjellkroa Kaffe: a shop that sells with the sample PSP, on an origin of its own.
//!
//! It is a merchant and nothing more: it knows the PSP through the merchant API, with its key, and asks it anew whenever a
//! page needs to know whether an order is paid. The redirect back from the wallet is never believed. A newcomer's mistake:
//! to mark an order as paid because a browser came to its page.
//!
//! It answers requests to its own names, and forms that its own pages sent. Another site's form is known by `Sec-Fetch-Site`,
//! or by `Origin` where a browser does not send that; another name that leads to our address (DNS rebinding) by `Host`.

mod backoffice;
mod catalogue;
mod checkout;
mod merchant_client;
mod order;
mod phase;
mod reason;
mod standing;
mod wrong;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::{HeaderMap, Method, header};
use lommebok_psp_v3::hosts::KnownHosts;
use lommebok_sdk::Url;

use crate::clock::BusinessClock;
use crate::database::orders::Orders;
use crate::merchant_api::Flow;
use crate::page::{self, Chosen};

use wrong::{Wrong, other_name};

pub(crate) use merchant_client::MerchantClient;

/// The most bytes of a form.
const BODY_MAX_BYTES: usize = 8 * 1024;

/// What the pages know.
#[derive(Clone, Debug)]
pub(crate) struct Shop(pub(crate) Arc<Inner>);

/// What the shop is made of.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) orders: Orders,
    /// Who sells through the landing page and by link.
    pub(crate) merchant: MerchantClient,
    /// Who may send a payment straight to the phone.
    pub(crate) push_merchant: Option<MerchantClient>,
    pub(crate) clock: BusinessClock,
    /// Where browsers reach the shop.
    pub(crate) public_url: Url,
    pub(crate) phone_simulator: Option<Url>,
}

/// The shop's pages, under these hosts.
pub(crate) fn router(shop: Shop, hosts: Arc<KnownHosts>) -> Router {
    Router::new()
        .route("/", get(catalogue::front))
        .route("/bench", get(catalogue::bench))
        .route("/checkout", get(checkout::show).post(checkout::place))
        .route("/orders/{handle}", get(order::show))
        .route("/orders/{handle}/state", get(order::state))
        .route("/orders/{handle}/pay", get(order::pay))
        .route("/backoffice", get(backoffice::list))
        .route("/backoffice/orders/{number}", get(backoffice::order::of_order))
        .route("/backoffice/orders/{number}/{operation}", post(backoffice::operate::on_order))
        .route("/backoffice/payments/{id}", get(backoffice::order::of_payment))
        .route("/backoffice/payments/{id}/{operation}", post(backoffice::operate::on_payment))
        .route("/backoffice/reconciliation", get(backoffice::reconciliation::show))
        .fallback(wrong::not_found)
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(middleware::from_fn(wrong::in_our_words))
        .with_state(shop)
        .layer(middleware::from_fn_with_state(hosts, only_our_own))
        // Under every name, or the page that refuses a name would be bare; they are the same for everybody.
        .merge(page::files())
}

impl Shop {
    /// The merchant that sells an order which goes this way.
    pub(crate) fn seller(&self, flow: Flow) -> &MerchantClient {
        match (&self.0.push_merchant, flow) {
            (Some(merchant), Flow::Push) => merchant,
            _ => &self.0.merchant,
        }
    }

    /// All merchants that sell here.
    pub(crate) fn sellers(&self) -> impl Iterator<Item = &MerchantClient> {
        std::iter::once(&self.0.merchant).chain(&self.0.push_merchant)
    }

    /// The address of one of our pages, for others.
    pub(crate) fn address(&self, path: &str) -> String {
        self.0.public_url.join(path).map_or_else(|_| path.to_owned(), |url| url.to_string())
    }
}

/// Lets our own requests through.
async fn only_our_own(State(hosts): State<Arc<KnownHosts>>, chosen: Chosen, request: Request, next: Next) -> Response {
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
