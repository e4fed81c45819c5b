//! [`PspClient`]: a PSP, and its operator, at a server that may be killed at any moment: every call may be lost.
//!
//! It has learnt what a stranger learns: credentials from `lommebok env --json`, the control token from its file.

use std::collections::BTreeMap;
use std::fs;

use lommebok_control_api::{Advance, Payment, PaymentPage, PaymentWithLog};
use reqwest::{Method, RequestBuilder};
use serde::de::DeserializeOwned;
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
    environment: BTreeMap<String, String>,
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
        let environment = serde_json::from_str(&environment).expect("env prints a JSON object of texts");
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
        self.environment.get(name).unwrap_or_else(|| panic!("env knows no {name}"))
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

    /// A call of the Control API, with its answer as it came.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn control(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let request = self.control_call(method, path);
        Answer::to(body.into_iter().fold(request, RequestBuilder::json)).await.succeeded().json
    }

    fn control_call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}/control/v1{path}", self.base)).bearer_auth(&self.control)
    }

    /// Reads something of the Control API.
    ///
    /// # Panics
    /// When it is refused, or something else.
    pub async fn read<A: DeserializeOwned>(&self, path: &str) -> A {
        Answer::to(self.control_call(Method::GET, path)).await.succeeded().read()
    }

    /// The payments that a filter such as `outcome_unknown=true` lets through, from all pages of the list.
    ///
    /// # Panics
    /// When they can't be read.
    pub async fn payments(&self, filter: &str) -> Vec<Payment> {
        let mut page: PaymentPage = self.read(&format!("/payments?{filter}")).await;
        let mut all = std::mem::take(&mut page.payments);
        while let Some(before) = page.before {
            page = self.read(&format!("/payments?{filter}&before={before}")).await;
            all.append(&mut page.payments);
        }
        all
    }

    /// A payment as the operator sees it, with all pages of its log.
    ///
    /// # Panics
    /// When there is none.
    pub async fn shown(&self, id: &str) -> PaymentWithLog {
        let mut shown: PaymentWithLog = self.read(&format!("/payments/{id}")).await;
        while let Some(after) = shown.after {
            let mut page: PaymentWithLog = self.read(&format!("/payments/{id}?after={after}")).await;
            shown.log.append(&mut page.log);
            shown.after = page.after;
        }
        shown
    }

    /// Advances business time; everything that becomes due on the way has happened when this returns.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn advance(&self, milliseconds: u64) {
        let request = self.control_call(Method::POST, "/clock/advance").json(&Advance { milliseconds });
        drop(Answer::to(request).await.succeeded());
    }
}
