//! The back office, beginning with its list of the newest sales: what can be done with their money, who did what, and where the
//! PSP and the wallet disagree.
//!
//! It has no sign-in: the shop is a sandbox on its owner's machine. Its forms are ours alone (`shop::only_our_own`) and carry a key,
//! so that a double click captures once.

pub(super) mod operate;
pub(super) mod order;
pub(super) mod reconciliation;
mod sale;
mod words;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use crate::page::{Chosen, Page};
use crate::shop::Shop;
use crate::shop::wrong::failed;
use sale::Sale;

/// How many sales are listed.
const SALES_LISTED: u32 = 50;

#[derive(Template)]
#[template(path = "backoffice/list.html")]
struct ListPage {
    page: Page,
    sales: Vec<Sale>,
}

impl ListPage {
    /// Whether there may be older ones.
    fn is_full(&self) -> bool {
        u32::try_from(self.sales.len()).is_ok_and(|listed| listed >= SALES_LISTED)
    }

    /// Whether one of them changes by itself.
    fn is_moving(&self) -> bool {
        self.sales.iter().any(|sale| sale.phase().is_moving())
    }
}

pub(super) async fn list(State(shop): State<Shop>, chosen: Chosen) -> Response {
    match shop.sales(SALES_LISTED).await {
        Ok(sales) => chosen.page(&ListPage { page: Page::new(chosen.lang, "/backoffice"), sales }).into_response(),
        Err(fault) => failed(chosen, fault).into_response(),
    }
}
