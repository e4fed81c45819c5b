//! The checkout: what is bought, and how the customer wants to reach the wallet. The order is placed before anything is paid.
//!
//! The form has a key of its own, so that a double click is one order.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use lommebok_sdk::MobileNumber;
use serde::Deserialize;

use super::Shop;
use super::catalogue::{self, Product};
use super::wrong::{Wrong, failed};
use crate::chance;
use crate::database::orders::NewOrder;
use crate::ui::html::Html;
use crate::ui::lang::{Chosen, Lang};
use crate::ui::page::Page;

/// The most of one thing that an order may have.
const QUANTITY_MAX: i64 = 9;

/// What is bought.
#[derive(Deserialize)]
pub(super) struct Wish {
    product: String,
    #[serde(default)]
    quantity: Option<i64>,
}

/// The form.
#[derive(Deserialize)]
pub(super) struct Checkout {
    product: String,
    quantity: i64,
    way: String,
    #[serde(default)]
    phone: String,
    once: String,
}

/// What is wrong with a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slip {
    None,
    /// The number is not 8 digits.
    Phone,
    /// A push needs a number.
    PhoneMissing,
}

#[derive(Template)]
#[template(path = "shop/checkout.html")]
struct CheckoutPage {
    page: Page,
    product: Product,
    quantity: i64,
    amount: i64,
    way: String,
    phone: String,
    once: String,
    slip: Slip,
    may_push: bool,
}

pub(super) async fn show(
    State(shop): State<Shop>,
    chosen: Chosen,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Response {
    let Some((product, quantity)) = wish.ok().and_then(|Query(wish)| found(&wish.product, wish.quantity.unwrap_or(1)))
    else {
        return Wrong::NotFound.page(chosen).into_response();
    };
    let form = Checkout {
        product: product.slug.to_owned(),
        quantity,
        way: "landing_page".to_owned(),
        phone: String::new(),
        once: chance::hex::<16>(),
    };
    page(&shop, chosen, (product, quantity), form, Slip::None).into_response()
}

pub(super) async fn place(State(shop): State<Shop>, chosen: Chosen, Form(form): Form<Checkout>) -> Response {
    let Some((product, quantity)) = found(&form.product, form.quantity) else {
        return Wrong::NotFound.page(chosen).into_response();
    };
    let phone: String = form.phone.chars().filter(|character| !character.is_whitespace()).collect();
    let phone = phone.strip_prefix("+47").unwrap_or(&phone).to_owned();
    let slip = match (form.way.as_str(), phone.is_empty(), MobileNumber::new(phone.clone())) {
        ("push", true, _) => Slip::PhoneMissing,
        (_, false, Err(_)) => Slip::Phone,
        _ => Slip::None,
    };
    let is_key = form.once.len() == 32 && form.once.bytes().all(|byte| byte.is_ascii_hexdigit());
    if slip != Slip::None || !is_key || !ways(&shop).contains(&form.way.as_str()) {
        let answer = page(&shop, chosen, (product, quantity), form, slip);
        return answer.status(StatusCode::UNPROCESSABLE_ENTITY).into_response();
    }
    let handle = chance::hex::<16>();
    let new = NewOrder {
        order_id: format!("fk-{}", chance::hex::<6>()),
        handle,
        once: form.once,
        product: product.slug.to_owned(),
        quantity,
        amount: product.price.saturating_mul(quantity),
        way: form.way,
        phone,
        lang: chosen.lang.tag().to_owned(),
        placed_at: shop.0.clock.now(),
    };
    match shop.0.orders.place(new).await {
        Ok(order) => Redirect::to(&format!("/orders/{}/pay", order.handle)).into_response(),
        Err(fault) => failed(chosen, fault).into_response(),
    }
}

/// The ways to the wallet that this shop has.
fn ways(shop: &Shop) -> &'static [&'static str] {
    if shop.0.push_merchant.is_some() { &["landing_page", "app", "push"] } else { &["landing_page", "app"] }
}

fn found(slug: &str, quantity: i64) -> Option<(Product, i64)> {
    let product = catalogue::product(slug)?;
    let most = if product.is_spoon() { 1 } else { QUANTITY_MAX };
    Some((product, quantity.clamp(1, most)))
}

fn page(shop: &Shop, chosen: Chosen, (product, quantity): (Product, i64), form: Checkout, slip: Slip) -> Html {
    let here = format!("/checkout?product={}&quantity={quantity}", product.slug);
    let checkout = CheckoutPage {
        page: Page::new(chosen.lang, here),
        product,
        quantity,
        amount: product.price.saturating_mul(quantity),
        way: form.way,
        phone: form.phone,
        once: form.once,
        slip,
        may_push: shop.0.push_merchant.is_some(),
    };
    Html::page(chosen, &checkout)
}
