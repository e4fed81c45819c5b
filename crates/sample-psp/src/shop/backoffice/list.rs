//! The newest sales with their payments, asked of the PSP when the page is shown.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use super::sale::Sale;
use crate::shop::Shop;
use crate::shop::wrong::failed;
use crate::ui::html::Html;
use crate::ui::lang::{Chosen, Lang};
use crate::ui::page::Page;

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

pub(in crate::shop) async fn show(State(shop): State<Shop>, chosen: Chosen) -> Response {
    match shop.sales(SALES_LISTED).await {
        Ok(sales) => {
            Html::page(chosen, &ListPage { page: Page::new(chosen.lang, "/backoffice"), sales }).into_response()
        }
        Err(fault) => failed(chosen, fault).into_response(),
    }
}
