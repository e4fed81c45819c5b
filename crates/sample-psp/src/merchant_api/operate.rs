//! `POST …/captures`, `…/cancel` and `…/refunds`: each with an `Idempotency-Key`, the same key once.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{MethodRouter, post};
use http::{HeaderMap, StatusCode};
use lommebok_sdk::{Amount, IdempotencyKey};
use serde::Deserialize;

use super::problem::{FieldFault, Problem};
use super::{Api, Merchant, PaymentView};
use crate::ledger::{Asked, OperationKind};
use crate::psp::OperateFault;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(default)]
    amount: Option<i64>,
}

/// The handler of one kind of operation.
pub(super) fn handler(kind: OperationKind) -> MethodRouter<Api> {
    post(
        async move |merchant: Merchant,
                    State(api): State<Api>,
                    Path(id): Path<String>,
                    headers: HeaderMap,
                    body: Bytes| {
            let asked = Asked { kind, amount: amount(&body)?, key: key(&headers)? };
            operate(&api, &merchant, &id, asked).await
        },
    )
}

async fn operate(api: &Api, merchant: &Merchant, id: &str, asked: Asked) -> Result<Json<PaymentView>, Problem> {
    let payment = api.psp.payment(merchant.msn.as_str(), id).await?.ok_or_else(Problem::unknown_payment)?;
    match api.psp.operate(&payment, asked).await {
        Ok(payment) => Ok(Json(PaymentView::of(&payment))),
        Err(OperateFault::Refused(refusal)) => Err(refusal.into()),
        Err(OperateFault::Declined(code)) => Err(Problem::declined(code)),
        Err(OperateFault::NoAnswer(fault)) => {
            tracing::warn!(%fault, "an operation is pending");
            let detail = "The acquirer did not answer yet; the operation is pending. Ask again with the same key.";
            Err(Problem::new(StatusCode::BAD_GATEWAY, detail))
        }
        Err(OperateFault::Database(fault)) => Err(fault.into()),
    }
}

/// The amount; `None` for everything that is left. An empty body is an empty object.
fn amount(body: &[u8]) -> Result<Option<Amount>, Problem> {
    let body: Body = if body.trim_ascii().is_empty() {
        Body::default()
    } else {
        serde_json::from_slice(body)
            .map_err(|fault| Problem::new(StatusCode::BAD_REQUEST, format!("The body can't be read: {fault}.")))?
    };
    let wrong = |_| Problem::fields(vec![FieldFault::new("amount", "must be 1 to 2147483647, in øre")]);
    body.amount.map(Amount::ore).transpose().map_err(wrong)
}

fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let only = match (values.next(), values.next()) {
        (Some(only), None) => only.to_str().ok(),
        _ => None,
    };
    let key = only.and_then(|key| IdempotencyKey::new(key).ok());
    let wrong = || {
        let detail = "is required, once: 1 to 200 characters of visible ASCII, without spaces";
        Problem::fields(vec![FieldFault::new("Idempotency-Key", detail)])
    };
    Ok(key.ok_or_else(wrong)?.as_str().to_owned())
}
