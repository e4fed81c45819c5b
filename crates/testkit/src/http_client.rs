//! The HTTP client of everybody here who talks to a wallet: no proxy, a limit for each answer, and the answer read to its end.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How long the client waits for a whole answer, in real time. When a server is killed, the client's library may now and then
/// forget a request that was just leaving (its issue 2312), and nothing else would end that test.
const ANSWERS_WITHIN: Duration = Duration::from_mins(2);

/// Such a client.
pub(crate) fn client() -> Client {
    built(builder())
}

/// Such a client that follows no redirect.
pub(crate) fn without_redirects() -> Client {
    built(builder().redirect(reqwest::redirect::Policy::none()))
}

/// Such a client that takes a connection of its own for each call: none that lies idle may be closed just as it is used.
pub(crate) fn without_idle_connections() -> Client {
    built(builder().pool_max_idle_per_host(0))
}

fn builder() -> ClientBuilder {
    Client::builder().no_proxy().timeout(ANSWERS_WITHIN)
}

fn built(builder: ClientBuilder) -> Client {
    builder.build().expect("a client without TLS needs nothing")
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    /// The body as text.
    pub text: String,
    /// The body as JSON; `Null` if it is none.
    pub json: Value,
}

impl Answer {
    /// Sends a request and reads its answer.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn to(request: RequestBuilder) -> Self {
        Self::received(request).await.expect("the server answers")
    }

    /// Sends a request and reads its answer, if one comes.
    ///
    /// # Errors
    /// When none comes, or not to its end: the server may be gone.
    pub async fn received(request: RequestBuilder) -> reqwest::Result<Self> {
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await?;
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Self { status, headers, text, json })
    }

    /// The answer, which must be a success.
    ///
    /// # Panics
    /// When it is a refusal.
    #[must_use]
    pub fn succeeded(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self
    }

    /// The body as a type of Control API or App API.
    ///
    /// # Panics
    /// When it is something else.
    pub fn read<A: DeserializeOwned>(&self) -> A {
        serde_json::from_str(&self.text).unwrap_or_else(|fault| panic!("{fault}: {} {}", self.status, self.text))
    }

    /// The error codes of a refusal of the PSP API, in order; empty for anything else.
    pub fn error_codes(&self) -> Vec<&str> {
        let errors = self.json.as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|error| error["errorCode"].as_str()).collect()
    }

    /// The `Lommebok-Hint` header; empty if there is none.
    pub fn hint(&self) -> &str {
        self.headers.get("lommebok-hint").and_then(|hint| hint.to_str().ok()).unwrap_or_default()
    }
}
