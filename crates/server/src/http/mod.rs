//! The edge: what comes over HTTP is parsed here, handed to a [`Wallet`](lommebok_engine::wallet::Wallet) and answered here.
//!
//! One folder per interface, one file per endpoint. Faults become answers in one place per interface. Not here: any rule
//! of a payment. The production router takes nothing from the sandbox; the sandbox adds its own routes to it.

mod app;
pub mod control;
pub mod dashboard;
mod description;
pub mod edge;
pub(crate) mod event_stream;
mod health;
mod known_host;
mod landing;
mod mobileintercept;
mod observed;
mod observed_people;
mod openapi;
pub(crate) mod pages;
mod psp;
pub mod rates;
mod routers;
pub mod sandbox_pages;

pub use openapi::documents;
pub use routers::{ProductionPages, production_router};
pub(crate) use routers::{SandboxParts, sandbox_router};

pub use edge::Edge;

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
pub(crate) use lommebok_engine::search::payment_number;
use lommebok_engine::traffic::Traffic;
use serde::Serialize;
use serde::de::{DeserializeOwned, Error};
use serde_json::json;

/// An answer of Control API or App API, its members in the order of the alphabet, as docs/control-api.md shows them.
pub(crate) struct Answer<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        Json(json!(self.0)).into_response()
    }
}

/// A request that holds back `clock auto` until it is answered. A stream is answered when it begins.
pub(crate) async fn in_flight(State(traffic): State<Traffic>, request: Request, next: Next) -> Response {
    let _in_flight = traffic.request().await;
    next.run(request).await
}

/// Reads a JSON object. Derived readers would also take an array of the members' values in their order.
pub(crate) fn json_object<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    if body.trim_ascii_start().starts_with(b"{") {
        serde_json::from_slice(body)
    } else {
        Err(serde_json::Error::custom("it is no JSON object"))
    }
}
