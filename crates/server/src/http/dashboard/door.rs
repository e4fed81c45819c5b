//! The dashboard's only door to the wallet: the Control API, called in this process. So a page shows nothing that a command can't.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use lommebok_control_api::Problem;
use lommebok_engine::keys::Secret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt as _;

/// The longest answer that a page is made from, in bytes.
const ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// The Control API and its token.
#[derive(Clone, Debug)]
pub(super) struct Door {
    api: Router,
    token: Arc<Secret>,
}

/// The Control API said no.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    /// Why, in its words.
    pub(super) detail: String,
}

impl Door {
    pub(super) fn new(api: Router, token: Arc<Secret>) -> Self {
        Self { api, token }
    }

    /// Reads what is at a path of the Control API, such as `payments?limit=1`.
    pub(super) async fn get<A: DeserializeOwned>(&self, path: &str) -> Result<A, Refused> {
        read(&self.whole(Method::GET, path, Body::empty()).await?)
    }

    /// Has something done.
    pub(super) async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<A, Refused> {
        let body = serde_json::to_vec(body).map_err(|fault| Refused::by_us(&fault.to_string()))?;
        read(&self.whole(Method::POST, path, Body::from(body)).await?)
    }

    /// Has something done that takes no body.
    pub(super) async fn post_empty<A: DeserializeOwned>(&self, path: &str) -> Result<A, Refused> {
        read(&self.whole(Method::POST, path, Body::empty()).await?)
    }

    /// Sets something.
    pub(super) async fn put<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<A, Refused> {
        let body = serde_json::to_vec(body).map_err(|fault| Refused::by_us(&fault.to_string()))?;
        read(&self.whole(Method::PUT, path, Body::from(body)).await?)
    }

    /// Deletes something.
    pub(super) async fn delete(&self, path: &str) -> Result<(), Refused> {
        self.whole(Method::DELETE, path, Body::empty()).await.map(drop)
    }

    /// Reads a text.
    pub(super) async fn text(&self, path: &str) -> Result<String, Refused> {
        let bytes = self.whole(Method::GET, path, Body::empty()).await?;
        String::from_utf8(bytes).map_err(|fault| Refused::by_us(&fault.to_string()))
    }

    /// A stream of events, handed on as it comes.
    pub(super) async fn stream(&self, path: &str) -> Response {
        self.call(Method::GET, path, Body::empty()).await
    }

    async fn whole(&self, method: Method, path: &str, body: Body) -> Result<Vec<u8>, Refused> {
        let answer = self.call(method, path, body).await;
        let status = answer.status();
        let bytes = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await;
        let bytes = bytes.map_err(|fault| Refused::by_us(&fault.to_string()))?.to_bytes();
        if status.is_success() {
            return Ok(bytes.to_vec());
        }
        let detail = serde_json::from_slice::<Problem>(&bytes).map(|problem| problem.detail);
        Err(Refused { status, detail: detail.unwrap_or_else(|_| status.to_string()) })
    }

    async fn call(&self, method: Method, path: &str, body: Body) -> Response {
        let request = Request::builder()
            .method(method)
            .uri(format!("/control/v1/{path}"))
            .header(HOST, "localhost")
            .header(AUTHORIZATION, format!("Bearer {}", self.token.expose()))
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        match request {
            Ok(request) => self.api.clone().oneshot(request).await.into_response(),
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

impl Refused {
    fn by_us(why: &str) -> Self {
        tracing::error!(why, "the dashboard can't read the Control API");
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            detail: "the dashboard can't read the Control API".to_owned(),
        }
    }
}

fn read<A: DeserializeOwned>(bytes: &[u8]) -> Result<A, Refused> {
    serde_json::from_slice(bytes).map_err(|fault| Refused::by_us(&fault.to_string()))
}

/// Text as a part of a path or a value of a query.
pub(super) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    let spelled = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(spelled).collect()
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn a_text_is_one_part_of_a_path() {
        assert_eq!(encoded("a/b?c=d&e f+ø"), "a%2Fb%3Fc%3Dd%26e%20f%2B%C3%B8");
    }
}
