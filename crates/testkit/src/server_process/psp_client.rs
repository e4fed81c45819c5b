//! [`PspClient`]: a PSP, and its operator, at a server that may be killed at any moment: every call may be lost.
//!
//! It has learnt what a stranger learns: credentials from `lommebok env --json`, the control token from its file.

use std::fs;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{Launch, ServerProcess};
use crate::http_client;
use crate::test_app::Answer;

/// No answer came, or not to its end: whether the server did what it was asked is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost;

/// The first seeded PSP at one running server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PspClient {
    base: String,
    client: reqwest::Client,
    environment: Value,
    bearer: String,
    control: String,
}

impl PspClient {
    /// Learns the credentials, and fetches a token.
    ///
    /// # Panics
    /// When the server gives none.
    pub async fn new(launch: &Launch, server: &ServerProcess) -> Self {
        let environment = launch.printed(&["env", "--json"]);
        let environment: Value = serde_json::from_str(&environment).expect("env prints JSON");
        let control = fs::read_to_string(launch.data_dir().join("control-token")).expect("there is a control token");
        let client = http_client::client();
        let mut psp = Self {
            base: server.base().to_owned(),
            client,
            environment,
            bearer: String::new(),
            control: control.trim().to_owned(),
        };
        let request = psp
            .client
            .post(format!("{}/accesstoken/get", psp.base))
            .header("client_id", psp.variable("CLIENT_ID"))
            .header("client_secret", psp.variable("CLIENT_SECRET"))
            .header("Ocp-Apim-Subscription-Key", psp.variable("SUBSCRIPTION_KEY"));
        let answer = Answer::to(request).await.succeeded();
        answer.json["access_token"].as_str().expect("a token is text").clone_into(&mut psp.bearer);
        psp
    }

    /// The same PSP, with the token that it has, at another server.
    #[must_use]
    pub fn moved_to(&self, server: &ServerProcess) -> Self {
        Self { base: server.base().to_owned(), ..self.clone() }
    }

    /// The same PSP, with a connection of its own for each call.
    #[must_use]
    pub fn without_idle_connections(self) -> Self {
        Self { client: http_client::without_idle_connections(), ..self }
    }

    /// What `lommebok env` says of this name.
    ///
    /// # Panics
    /// When it says nothing.
    pub fn variable(&self, name: &str) -> &str {
        self.environment[name].as_str().unwrap_or_else(|| panic!("env knows no {name}"))
    }

    /// A call of the PSP API with every header that any endpoint wants.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.base))
            .header("Authorization", format!("Bearer {}", self.bearer))
            .header("Ocp-Apim-Subscription-Key", self.variable("SUBSCRIPTION_KEY"))
            .header("PSP-ID", self.variable("PSP_ID"))
            .header("Merchant-Serial-Number", self.variable("MSN"))
    }

    /// Sends a body, under this idempotency key.
    pub async fn post(&self, path: &str, body: &Value, key: &str) -> Result<Answer, Lost> {
        self.send(self.call(Method::POST, path).header("Idempotency-Key", key).json(body)).await
    }

    /// Asks for the details of a payment.
    pub async fn details(&self, id: &str) -> Result<Answer, Lost> {
        self.send(self.call(Method::GET, &format!("/psp/v3/psppayments/{id}/details"))).await
    }

    /// Sends a request that was built by hand.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, Lost> {
        Answer::received(request).await.map_err(|_| Lost)
    }

    /// A POST to any path of the server, without credentials: what a browser or a 3-D Secure page does.
    pub fn plain(&self, url: &str) -> RequestBuilder {
        self.client.post(url)
    }

    /// A call of the Control API.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn control(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let request = self.client.request(method, format!("{}/control/v1{path}", self.base)).bearer_auth(&self.control);
        Answer::to(body.into_iter().fold(request, RequestBuilder::json)).await.succeeded().json
    }

    /// All pages of a list of the Control API.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn control_pages(&self, path: &str, list: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut page = self.control(Method::GET, path, None).await;
        loop {
            all.extend(page[list].as_array().expect("a page holds a list").iter().cloned());
            let Some(before) = page["before"].as_i64() else { return all };
            let joint = if path.contains('?') { '&' } else { '?' };
            page = self.control(Method::GET, &format!("{path}{joint}before={before}"), None).await;
        }
    }

    /// A payment as the operator sees it, with all pages of its log.
    ///
    /// # Panics
    /// When there is none.
    pub async fn shown(&self, id: &str) -> Value {
        let mut shown = self.control(Method::GET, &format!("/payments/{id}"), None).await;
        while let Some(after) = shown["after"].as_i64() {
            let mut page = self.control(Method::GET, &format!("/payments/{id}?after={after}"), None).await;
            let more = std::mem::take(page["log"].as_array_mut().expect("a log is a list"));
            shown["log"].as_array_mut().expect("a log is a list").extend(more);
            shown["after"] = page["after"].take();
        }
        shown
    }

    /// Advances business time; everything that becomes due on the way has happened when this returns.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn advance(&self, milliseconds: u64) {
        let body = serde_json::json!({"milliseconds": milliseconds});
        drop(self.control(Method::POST, "/clock/advance", Some(&body)).await);
    }
}
