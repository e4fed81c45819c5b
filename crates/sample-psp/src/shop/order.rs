//! The order page: how the order stands, asked of the PSP each time. It polls while something may change; nobody has to
//! come back to it, and coming back proves nothing.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::Shop;
use super::reason::Reason;
use super::standing::{Phase, Standing};
use super::wrong::{Wrong, failed};
use crate::ui::html::Html;
use crate::ui::lang::{Chosen, Lang};
use crate::ui::page::Page;

#[derive(Template)]
#[template(path = "shop/order.html")]
struct OrderPage {
    page: Page,
    standing: Standing,
    phase: Phase,
    phone_link: Option<String>,
}

impl OrderPage {
    /// The wallet's link, while it leads somewhere.
    fn link(&self) -> Option<&str> {
        self.standing.payment.as_ref().and_then(|payment| payment.payment_page_url.as_deref())
    }

    /// Why it failed.
    fn reason(&self) -> Option<Reason> {
        let error = self.standing.payment.as_ref()?.error.as_ref()?;
        Some(Reason::of(error, self.page.lang))
    }

    fn refunded(&self) -> i64 {
        self.standing.payment.as_ref().map_or(0, |payment| payment.refunded)
    }
}

pub(super) async fn show(State(shop): State<Shop>, chosen: Chosen, Path(handle): Path<String>) -> Response {
    let standing = match found(&shop, &handle).await {
        Ok(Some(standing)) => standing,
        Ok(None) => return Wrong::NotFound.page(chosen).into_response(),
        Err(fault) => return failed(chosen, fault).into_response(),
    };
    let phase = standing.phase();
    let link = standing.payment.as_ref().and_then(|payment| payment.payment_page_url.as_deref());
    let phone_link = phone_link(&shop, link);
    let page = Page::new(chosen.lang, format!("/orders/{handle}"));
    Html::page(chosen, &OrderPage { page, standing, phase, phone_link }).into_response()
}

/// What the page's script asks for: it loads the page anew when this changes.
#[derive(Serialize)]
struct Shown {
    phase: &'static str,
    refunded: i64,
    captured: i64,
    moving: bool,
}

pub(super) async fn state(State(shop): State<Shop>, Path(handle): Path<String>) -> Response {
    let standing = match found(&shop, &handle).await {
        Ok(Some(standing)) => standing,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(fault) => {
            tracing::error!(%fault, "the shop's database failed");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let phase = standing.phase();
    let sums = standing.payment.as_ref().map_or((0, 0), |payment| (payment.captured, payment.refunded));
    let state = Shown { phase: phase.word(), captured: sums.0, refunded: sums.1, moving: phase.is_moving() };
    let mut answer = Json(state).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

async fn found(shop: &Shop, handle: &str) -> Result<Option<Standing>, crate::database::DatabaseFault> {
    match shop.0.orders.with_handle(handle.to_owned()).await? {
        Some(order) => Ok(Some(shop.standing(order).await?)),
        None => Ok(None),
    }
}

/// The phone simulator, with the link in its hand.
fn phone_link(shop: &Shop, link: Option<&str>) -> Option<String> {
    let mut url = shop.0.phone_simulator.clone()?;
    url.query_pairs_mut().append_pair("link", link?);
    Some(url.to_string())
}
