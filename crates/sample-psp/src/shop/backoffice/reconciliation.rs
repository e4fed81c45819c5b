//! Where the PSP's ledger and the wallet say different things.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use crate::psp::Reconciliation;
use crate::shop::Shop;
use crate::ui::html::Html;
use crate::ui::lang::{Chosen, Lang};
use crate::ui::page::Page;

#[derive(Template)]
#[template(path = "backoffice/reconciliation.html")]
struct ReconciliationPage {
    page: Page,
    compared: Option<Reconciliation>,
}

pub(in crate::shop) async fn show(State(shop): State<Shop>, chosen: Chosen) -> Response {
    let mut compared: Option<Reconciliation> = None;
    for merchant in [Some(&shop.0.merchant), shop.0.push_merchant.as_ref()].into_iter().flatten() {
        match merchant.reconciliation().await {
            Ok(one) => compared = Some(compared.map_or_else(|| one.clone(), |all| all.with(one.clone()))),
            Err(fault) => tracing::warn!(%fault, "the PSP could not compare"),
        }
    }
    let page = Page::new(chosen.lang, "/backoffice/reconciliation");
    Html::page(chosen, &ReconciliationPage { page, compared }).into_response()
}
