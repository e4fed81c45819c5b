//! The one answer that leaves late on purpose: the test amount 201 is answered after 16 s of business time, as by a PSP
//! whose network sleeps. The receiver behind it has answered in time; only the wire is slow.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::acquirer::{TestAmount, test_amount};
use crate::ledger::Name;
use crate::psp::Psp;

/// When the answer leaves, after the call has come.
const LEAVES_AFTER_MS: i64 = 16_000;
/// The most bytes of a call.
pub(super) const BODY_MAX_BYTES: usize = 64 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    psp_transaction_id: String,
    payment_state: String,
}

/// Holds the answer back if the payment's amount asks for that; not longer than until the PSP stops.
pub(super) async fn late_answers(
    State((psp, stopping)): State<(Psp, CancellationToken)>,
    request: Request,
    next: Next,
) -> Response {
    let arrived = psp.0.clock.now();
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let is_late = is_late(&psp, &body).await;
    let answer = next.run(Request::from_parts(head, Body::from(body))).await;
    if is_late {
        tokio::select! {
            () = psp.0.clock.sleep_until(arrived.plus_millis(LEAVES_AFTER_MS)) => {}
            () = stopping.cancelled() => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }
    answer
}

async fn is_late(psp: &Psp, body: &Bytes) -> bool {
    let Ok(call) = serde_json::from_slice::<Call>(body) else { return false };
    if call.payment_state != "ACCEPTED" {
        return false;
    }
    let found = psp.0.ledger.find(Name::PspTransactionId(call.psp_transaction_id)).await.ok().flatten();
    found.is_some_and(|payment| test_amount(payment.terms.amount) == Some(TestAmount::AnswerAfter16Seconds))
}
