//! The shop's side of the merchant API: the same requests that a shop elsewhere would send, with the merchant's key, but
//! handed to the PSP's router in this process instead of a socket.

use std::fmt;

use axum::Router;
use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use lommebok_sdk::Secret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::merchant_api::{PaymentView, Timeline};
use crate::psp::Reconciliation;

/// The most bytes of an answer.
const ANSWER_MAX_BYTES: usize = 4 * 1024 * 1024;

/// The most payments that one page of the reconciliation compares, so that a person can wait for it.
pub(crate) const COMPARED_MAX: u32 = 1_000;
/// How many of them one request compares.
const COMPARED_AT_ONCE: u32 = 50;

/// A merchant that calls its PSP.
#[derive(Clone)]
pub(crate) struct MerchantClient {
    router: Router,
    key: Secret,
}

/// What the PSP refused, or why it could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("{status}: {detail}")]
pub(crate) struct MerchantFault {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    /// The acquirer's, if it was the one that refused.
    pub(crate) response_code: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Problem {
    detail: String,
    response_code: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    payments: Vec<PaymentView>,
}

impl MerchantClient {
    pub(crate) const fn new(router: Router, key: Secret) -> Self {
        Self { router, key }
    }

    /// Creates a payment; the same order again is the same payment.
    pub(crate) async fn create(&self, body: &Value) -> Result<PaymentView, MerchantFault> {
        self.ask(Method::POST, "/payments", None, body.to_string()).await
    }

    pub(crate) async fn payment(&self, id: &str) -> Result<PaymentView, MerchantFault> {
        self.ask(Method::GET, &format!("/payments/{id}"), None, String::new()).await
    }

    /// The newest payments, at most `limit`.
    pub(crate) async fn newest(&self, limit: u32) -> Result<Vec<PaymentView>, MerchantFault> {
        let path = format!("/payments?limit={limit}");
        Ok(self.ask::<Listed>(Method::GET, &path, None, String::new()).await?.payments)
    }

    /// Who did what to a payment.
    pub(crate) async fn timeline(&self, id: &str) -> Result<Timeline, MerchantFault> {
        self.ask(Method::GET, &format!("/payments/{id}/timeline"), None, String::new()).await
    }

    /// `captures`, `cancel` or `refunds`.
    pub(crate) async fn operate(
        &self,
        id: &str,
        operation: &str,
        amount: Option<i64>,
        key: &str,
    ) -> Result<PaymentView, MerchantFault> {
        let body = amount.map_or_else(String::new, |amount| format!("{{\"amount\":{amount}}}"));
        self.ask(Method::POST, &format!("/payments/{id}/{operation}"), Some(key), body).await
    }

    /// Ledger and wallet side by side: the newest [`COMPARED_MAX`] payments; `next` says whether there are older ones.
    pub(crate) async fn reconciliation(&self) -> Result<Reconciliation, MerchantFault> {
        let mut all = self.compared("").await?;
        for _ in 1..COMPARED_MAX / COMPARED_AT_ONCE {
            let Some(before) = all.next else { break };
            all = all.with(self.compared(&format!("&before={before}")).await?);
        }
        Ok(all)
    }

    async fn compared(&self, before: &str) -> Result<Reconciliation, MerchantFault> {
        let path = format!("/reconciliation?limit={COMPARED_AT_ONCE}{before}");
        self.ask(Method::GET, &path, None, String::new()).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: String,
    ) -> Result<T, MerchantFault> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/merchant/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key.expose()));
        let request = key.into_iter().fold(request, |request, key| request.header("Idempotency-Key", key));
        let request = request.body(Body::from(body)).map_err(|fault| broken(&fault))?;
        let answer = match self.router.clone().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), ANSWER_MAX_BYTES).await.map_err(|fault| broken(&fault))?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|fault| broken(&fault));
        }
        let Problem { detail, response_code } = serde_json::from_slice(&body).unwrap_or_default();
        Err(MerchantFault { status, detail, response_code })
    }
}

fn broken(fault: &dyn fmt::Display) -> MerchantFault {
    MerchantFault { status: StatusCode::BAD_GATEWAY, detail: fault.to_string(), response_code: None }
}

impl fmt::Debug for MerchantClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MerchantClient")
    }
}
