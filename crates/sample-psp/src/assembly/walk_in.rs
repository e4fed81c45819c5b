//! The walk-in address, `POST /make-payment/walk-in?amount=…`: a `makePaymentUrl` for payments that were not started here,
//! so that one can see what this PSP makes of an amount with nothing but curl.
//!
//! The wallet's call does not say how much is to be paid, and without that no acquirer can be asked: the address says it.
//! Without an amount the answer is OK and nothing is booked. Anyone who knows the address may call it: it is a sandbox's.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::AUTHORIZATION;
use http::{HeaderValue, StatusCode};
use lommebok_sdk::{Amount, ErrorId, MerchantSerialNumber, PspTransactionId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::late_answers::BODY_MAX_BYTES;
use crate::merchant_api::Merchants;
use crate::psp::{Psp, WalkInFault};

pub(super) const PATH: &str = "/make-payment/walk-in";

const WRONG_AMOUNT: &str = "the amount in the address must be 1 to 2147483647, in øre";

/// The parameters of the address.
#[derive(Deserialize)]
struct Said {
    amount: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    psp_transaction_id: String,
    merchant_serial_number: String,
    payment_state: String,
}

/// Takes the payment in and hands the call on, as if the payment were ours from the beginning.
pub(super) async fn walk_in(
    State((psp, merchants)): State<(Psp, Merchants)>,
    request: Request,
    next: Next,
) -> Response {
    let said = Query::<Said>::try_from_uri(request.uri());
    let amount = said.map_err(|_| WRONG_AMOUNT).and_then(|Query(said)| amount(said.amount.as_deref()));
    let (mut head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let Ok(call) = serde_json::from_slice::<Call>(&body) else {
        return (StatusCode::BAD_REQUEST, "This is where the wallet sends its makePayment calls.\n").into_response();
    };
    let id = PspTransactionId::new(call.psp_transaction_id.clone());
    let (Ok(id), Some(msn)) = (id, merchants.with_msn(&call.merchant_serial_number).map(|merchant| &merchant.msn))
    else {
        return refused(&call, "no merchant of this PSP");
    };
    match (amount, call.payment_state.as_str()) {
        (Ok(None), "ACCEPTED") => return Json(info(&call, "OK")).into_response(),
        (Ok(None), _) => return Json(json!({})).into_response(),
        (Err(fault), _) => return refused(&call, fault),
        (Ok(Some(amount)), _) => match psp.take_in(id.clone(), MerchantSerialNumber::clone(msn), amount).await {
            Ok(()) => {}
            Err(WalkInFault::Taken) => return refused(&call, &WalkInFault::Taken.to_string()),
            Err(WalkInFault::Database(fault)) => {
                tracing::error!(%fault, "a payment that was started elsewhere was not taken in");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        },
    }
    if let Ok(value) = HeaderValue::from_str(psp.make_payment_token(&id).expose()) {
        head.headers.insert(AUTHORIZATION, value);
    }
    next.run(Request::from_parts(head, Body::from(body))).await
}

/// The amount that the address says, in øre.
fn amount(said: Option<&str>) -> Result<Option<Amount>, &'static str> {
    let Some(text) = said else { return Ok(None) };
    text.parse().ok().and_then(|ore| Amount::ore(ore).ok()).map(Some).ok_or(WRONG_AMOUNT)
}

fn info(call: &Call, status: &str) -> Value {
    json!({"paymentInfo": {"pspTransactionId": call.psp_transaction_id, "status": status}})
}

fn refused(call: &Call, why: &str) -> Response {
    let mut answer = info(call, "FAIL");
    answer["errorMessage"] = json!({"errorId": ErrorId::InvalidRequest.number().to_string(), "errorText": why});
    Json(answer).into_response()
}
