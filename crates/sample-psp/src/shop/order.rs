//! The two pages of an order: on the way to the wallet, and how the order is, which is asked of the PSP each time.
//!
//! The first leaves by script, refresh and link. The second polls while something may change: the customer need not come back
//! to it, and coming back proves nothing.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::phase::Phase;
use super::standing::Standing;
use super::wrong::{Wrong, failed};
use super::{Shop, reason};
use crate::merchant_api::Flow;
use crate::page::{Chosen, Page};

#[derive(Template)]
#[template(path = "shop/order.html")]
struct OrderPage {
    page: Page,
    standing: Standing,
    phase: Phase,
    shown: Shown,
    phone_simulator: Option<String>,
}

impl OrderPage {
    /// Where the customer goes on; a notification on the phone leads further than any link.
    fn link(&self) -> Option<&str> {
        let link = self.standing.payment().and_then(|payment| payment.payment_page_url.as_deref());
        link.filter(|_| self.standing.order.flow != Flow::Push)
    }

    /// Why it was not paid.
    fn reason(&self) -> Option<&'static str> {
        self.standing.reason().map(|reason| reason::to_customer(reason, self.page.lang))
    }

    /// The number that the customer gave, as people write it.
    fn phone(&self) -> Option<String> {
        self.standing.order.phone.parse().ok().map(|number| reason::spaced(&number))
    }
}

pub(super) async fn show(State(shop): State<Shop>, chosen: Chosen, Path(handle): Path<String>) -> Response {
    let standing = match found(&shop, &handle).await {
        Ok(Some(standing)) => standing,
        Ok(None) => return Wrong::NotFound.page(chosen).into_response(),
        Err(fault) => return failed(chosen, fault).into_response(),
    };
    let (phase, shown) = (standing.phase(), Shown::of(&standing));
    let page = Page::new(chosen.lang, format!("/orders/{handle}"));
    let phone_simulator = phone_simulator(&shop, &standing);
    chosen.page(&OrderPage { page, standing, phase, shown, phone_simulator }).into_response()
}

/// What the page's script asks for: it loads the page anew when this changes.
#[derive(Serialize)]
struct Shown {
    phase: &'static str,
    captured: i64,
    refunded: i64,
}

impl Shown {
    fn of(standing: &Standing) -> Self {
        let (captured, refunded) = standing.payment().map_or((0, 0), |payment| (payment.captured, payment.refunded));
        Self { phase: standing.phase().word(), captured, refunded }
    }
}

#[derive(Template)]
#[template(path = "shop/pay.html")]
struct PayPage {
    page: Page,
    amount: i64,
    url: String,
}

/// On the way to the wallet; an order that the wallet has already is shown instead.
pub(super) async fn pay(State(shop): State<Shop>, chosen: Chosen, Path(handle): Path<String>) -> Response {
    let standing = match found(&shop, &handle).await {
        Ok(Some(standing)) => standing,
        Ok(None) => return Wrong::NotFound.page(chosen).into_response(),
        Err(fault) => return failed(chosen, fault).into_response(),
    };
    let goes_by_page = standing.order.flow == Flow::LandingPage;
    let link = standing.payment().and_then(|payment| payment.payment_page_url.clone());
    match link {
        Some(url) if goes_by_page && standing.phase() == Phase::Waiting => {
            let page = Page::new(chosen.lang, format!("/orders/{handle}/pay"));
            chosen.page(&PayPage { page, amount: standing.order.amount, url }).into_response()
        }
        _ => Redirect::to(&format!("/orders/{handle}")).into_response(),
    }
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
    let mut answer = Json(Shown::of(&standing)).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

async fn found(shop: &Shop, handle: &str) -> Result<Option<Standing>, crate::database::DatabaseFault> {
    match shop.0.orders.with_handle(handle.to_owned()).await? {
        Some(order) => Ok(Some(shop.standing(order).await?)),
        None => Ok(None),
    }
}

/// The phone simulator, with the link in its hand if it needs one.
fn phone_simulator(shop: &Shop, standing: &Standing) -> Option<String> {
    let mut url = shop.0.phone_simulator.clone()?;
    let link = standing.payment()?.payment_page_url.as_deref()?;
    if standing.order.flow != Flow::Push {
        url.query_pairs_mut().append_pair("link", link);
    }
    Some(url.to_string())
}
