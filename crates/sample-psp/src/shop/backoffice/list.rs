//! The newest orders with their payments, each asked of the PSP when the page is shown.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use crate::shop::Shop;
use crate::shop::standing::Standing;
use crate::shop::wrong::failed;
use crate::ui::html::Html;
use crate::ui::lang::{Chosen, Lang};
use crate::ui::page::Page;

/// How many orders are listed.
const ORDERS_LISTED: u32 = 50;

#[derive(Template)]
#[template(path = "backoffice/list.html")]
struct ListPage {
    page: Page,
    orders: Vec<Standing>,
}

pub(in crate::shop) async fn show(State(shop): State<Shop>, chosen: Chosen) -> Response {
    let rows = match shop.0.orders.newest(ORDERS_LISTED).await {
        Ok(rows) => rows,
        Err(fault) => return failed(chosen, fault).into_response(),
    };
    let mut orders = Vec::with_capacity(rows.len());
    for row in rows {
        match shop.standing(row).await {
            Ok(standing) => orders.push(standing),
            Err(fault) => return failed(chosen, fault).into_response(),
        }
    }
    Html::page(chosen, &ListPage { page: Page::new(chosen.lang, "/backoffice"), orders }).into_response()
}
