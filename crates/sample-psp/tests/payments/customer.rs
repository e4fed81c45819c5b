//! A customer of the shop whose browser has no script: pages as text, forms as our own pages send them.

use std::sync::atomic::{AtomicU64, Ordering};

use lommebok_sample_psp::{SamplePspConfig, ShopConfig};
use lommebok_sdk::PspTransactionId;
use reqwest::{Method, StatusCode};

use crate::world::{MAY_PUSH, World, id, send};

/// No two orders of this process have the same key.
static ORDERS: AtomicU64 = AtomicU64::new(1);

/// A PSP that has a shop, with another party's phone simulator.
pub(crate) fn with_shop(config: &mut SamplePspConfig) {
    let listen = "127.0.0.1:0".parse().unwrap();
    let phone_simulator = Some("http://phone.example/phone".parse().unwrap());
    config.shop = Some(ShopConfig { listen, public_url: None, allowed_hosts: Vec::new(), phone_simulator });
}

/// An address of the shop.
pub(crate) fn url(world: &World, path: &str) -> String {
    let shop = world.psp.shop_url.as_ref().unwrap();
    shop.join(path).unwrap().to_string()
}

/// A page as text, in English.
pub(crate) async fn page(world: &World, path: &str) -> (StatusCode, String) {
    page_in(world, path, "en").await
}

/// A page as text, in this language.
pub(crate) async fn page_in(world: &World, path: &str, lang: &str) -> (StatusCode, String) {
    let answer = world.http.get(url(world, path)).header("Accept-Language", lang).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// Sends a form as our own page does and answers where it leads.
pub(crate) async fn form(world: &World, path: &str, body: &str) -> (StatusCode, String) {
    let request = world.http.post(url(world, path)).header("Sec-Fetch-Site", "same-origin");
    let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body.to_owned());
    let answer = request.send().await.unwrap();
    let leads = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    (answer.status(), leads.unwrap_or_default())
}

/// Buys something; answers the order's page and the payment.
pub(crate) async fn bought(world: &World, product: &str, way: &str) -> (String, PspTransactionId) {
    bought_by(world, "12345678", product, way).await
}

/// The same by the customer with this number.
pub(crate) async fn bought_by(world: &World, phone: &str, product: &str, way: &str) -> (String, PspTransactionId) {
    let once = format!("{:032x}", ORDERS.fetch_add(1, Ordering::Relaxed));
    let body = format!("product={product}&quantity=1&way={way}&phone={phone}&once={once}");
    let (status, pay) = form(world, "/checkout", &body).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    page(world, &pay).await;
    let msn = if way == "push" { MAY_PUSH } else { world.msn };
    let payments = send(world.call_of(msn, Method::GET, "/payments")).await.succeeded();
    (pay.trim_end_matches("/pay").to_owned(), id(&payments["payments"][0]))
}
