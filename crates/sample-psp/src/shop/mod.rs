//! Fjellkroa Kaffe: a shop that sells with the sample PSP, on an origin of its own.
//!
//! It is a merchant and nothing more: it knows the PSP through the merchant API, with its key, and asks it anew whenever a
//! page needs to know whether an order is paid. The redirect back from the wallet is never believed. A newcomer's mistake:
//! to mark an order as paid because somebody came to its page.

mod backoffice;
mod catalogue;
mod checkout;
mod form_origin;
mod merchant_client;
mod order;
mod phase;
mod reason;
mod standing;
mod wrong;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use lommebok_psp_v3::hosts::KnownHosts;
use lommebok_sdk::Url;

use crate::clock::BusinessClock;
use crate::database::orders::Orders;
use crate::merchant_api::Flow;
use crate::page;

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
        .layer(middleware::from_fn_with_state(hosts, form_origin::check))
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
