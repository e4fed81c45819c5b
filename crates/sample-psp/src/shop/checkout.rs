//! The checkout: what is bought, and how the customer wants to reach the wallet. The order is placed before anything is paid.
//!
//! The form has a key of its own, so that a double click is one order.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use lommebok_sdk::{MobileNumber, TypedNumberFault};
use serde::Deserialize;

use super::Shop;
use super::catalogue::{self, Product};
use super::wrong::{Wrong, failed};
use crate::database::orders::NewOrder;
use crate::merchant_api::Flow;
use crate::page::{Chosen, Page};
use crate::randomness;
use lommebok_web::pages::html::Html;
use lommebok_web::pages::lang::Lang;

/// The most of one thing that an order may have.
const QUANTITY_MAX: i64 = 9;

/// What is bought.
#[derive(Deserialize)]
pub(super) struct Wish {
    product: String,
    #[serde(default)]
    quantity: Option<i64>,
}

/// What an order is of.
#[derive(Clone, Copy)]
struct OrderLine {
    product: Product,
    quantity: i64,
}

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
    /// The number is another country's.
    OtherCountry,
    /// The number has too few digits, or too many.
    Length,
    /// What was typed is no number.
    NotANumber,
    /// A push needs a number.
    PhoneMissing,
}

impl Slip {
    /// The text next to the field.
    fn say(self, lang: Lang) -> &'static str {
        let (nb, en) = match self {
            Self::None => ("", ""),
            Self::OtherCountry => (
                "Dette nummeret er fra et annet land. Lommeboken har bare norske numre: 8 siffer, med eller uten +47.",
                "This number is another country’s. The wallet has Norwegian numbers only: 8 digits, with or without +47.",
            ),
            Self::Length => (
                "Et norsk nummer har 8 siffer, med eller uten +47.",
                "A Norwegian number has 8 digits, with or without +47.",
            ),
            Self::NotANumber => (
                "Dette er ikke et telefonnummer. Skriv 8 siffer, med eller uten +47.",
                "This is not a phone number. Write 8 digits, with or without +47.",
            ),
            Self::PhoneMissing => {
                ("Skriv nummeret som skal få varselet.", "Write the number that gets the notification.")
            }
        };
        lang.of(nb, en)
    }
}

#[derive(Template)]
#[template(path = "shop/checkout.html")]
struct CheckoutPage {
    page: Page,
    product: Product,
    quantity: i64,
    amount: i64,
    way: Flow,
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
    let Some(line) = wish.ok().and_then(|Query(wish)| found(&wish.product, wish.quantity.unwrap_or(1))) else {
        return Wrong::NotFound.page(chosen).into_response();
    };
    let form = Checkout {
        product: line.product.slug.to_owned(),
        quantity: line.quantity,
        way: Flow::LandingPage.word().to_owned(),
        phone: String::new(),
        once: randomness::hex::<16>(),
    };
    page(&shop, chosen, line, form, Slip::None).into_response()
}

pub(super) async fn place(State(shop): State<Shop>, chosen: Chosen, Form(form): Form<Checkout>) -> Response {
    let Some(line) = found(&form.product, form.quantity) else {
        return Wrong::NotFound.page(chosen).into_response();
    };
    let flow = Flow::from_word(&form.way).filter(|flow| ways(&shop).contains(flow));
    let phone = phone(&form.phone, flow);
    let is_key = form.once.len() == 32 && form.once.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (Some(flow), Ok(phone), true) = (flow, phone.clone(), is_key) else {
        let answer = page(&shop, chosen, line, form, phone.err().unwrap_or(Slip::None));
        return answer.status(StatusCode::UNPROCESSABLE_ENTITY).into_response();
    };
    let OrderLine { product, quantity } = line;
    let handle = randomness::hex::<16>();
    let new = NewOrder {
        order_id: format!("fk-{}", randomness::hex::<6>()),
        handle,
        once: form.once,
        product: product.slug.to_owned(),
        quantity,
        amount: product.price.saturating_mul(quantity),
        flow,
        phone: phone.map(String::from).unwrap_or_default(),
        lang: chosen.lang.tag().to_owned(),
        placed_at: shop.0.clock.now(),
    };
    match shop.0.orders.place(new).await {
        Ok(order) => Redirect::to(&format!("/orders/{}/pay", order.handle)).into_response(),
        Err(fault) => failed(chosen, fault).into_response(),
    }
}

/// The ways to the wallet that this shop has.
fn ways(shop: &Shop) -> &'static [Flow] {
    if shop.0.push_merchant.is_some() { &Flow::ALL } else { &[Flow::LandingPage, Flow::App] }
}

/// The number that was typed, if one was; only a push needs it.
fn phone(typed: &str, flow: Option<Flow>) -> Result<Option<MobileNumber>, Slip> {
    match MobileNumber::from_typed(typed) {
        Ok(number) => Ok(Some(number)),
        Err(TypedNumberFault::Empty) if flow == Some(Flow::Push) => Err(Slip::PhoneMissing),
        Err(TypedNumberFault::Empty) => Ok(None),
        Err(TypedNumberFault::OtherCountry) => Err(Slip::OtherCountry),
        Err(TypedNumberFault::Length) => Err(Slip::Length),
        // The SDK may tell more apart.
        Err(TypedNumberFault::NotANumber | _) => Err(Slip::NotANumber),
    }
}

fn found(slug: &str, quantity: i64) -> Option<OrderLine> {
    let product = catalogue::product(slug)?;
    let most = if product.is_spoon() { 1 } else { QUANTITY_MAX };
    Some(OrderLine { product, quantity: quantity.clamp(1, most) })
}

fn page(shop: &Shop, chosen: Chosen, line: OrderLine, form: Checkout, slip: Slip) -> Html {
    let OrderLine { product, quantity } = line;
    let here = format!("/checkout?product={}&quantity={quantity}", product.slug);
    let checkout = CheckoutPage {
        page: Page::new(chosen.lang, here),
        product,
        quantity,
        amount: product.price.saturating_mul(quantity),
        way: Flow::from_word(&form.way).unwrap_or_default(),
        phone: form.phone,
        once: form.once,
        slip,
        may_push: shop.0.push_merchant.is_some(),
    };
    chosen.page(&checkout)
}
