//! On the way to the wallet. The page leaves by script, refresh and link; an order that the wallet has already is shown.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::Shop;
use super::phase::Phase;
use super::wrong::{Wrong, failed};
use crate::merchant_api::Flow;
use crate::ui::html::Html;
use crate::ui::lang::{Chosen, Lang};
use crate::ui::page::Page;

#[derive(Template)]
#[template(path = "shop/pay.html")]
struct PayPage {
    page: Page,
    amount: i64,
    url: String,
}

pub(super) async fn show(State(shop): State<Shop>, chosen: Chosen, Path(handle): Path<String>) -> Response {
    let order = match shop.0.orders.with_handle(handle.clone()).await {
        Ok(Some(order)) => order,
        Ok(None) => return Wrong::NotFound.page(chosen).into_response(),
        Err(fault) => return failed(chosen, fault).into_response(),
    };
    let (amount, goes_by_page) = (order.amount, order.flow == Flow::LandingPage);
    let standing = match shop.standing(order).await {
        Ok(standing) => standing,
        Err(fault) => return failed(chosen, fault).into_response(),
    };
    let link = standing.payment().and_then(|payment| payment.payment_page_url.clone());
    match link {
        Some(url) if goes_by_page && standing.phase() == Phase::Waiting => {
            let page = Page::new(chosen.lang, format!("/orders/{handle}/pay"));
            Html::page(chosen, &PayPage { page, amount, url }).into_response()
        }
        _ => Redirect::to(&format!("/orders/{handle}")).into_response(),
    }
}
