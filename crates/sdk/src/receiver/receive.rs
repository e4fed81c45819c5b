//! From HTTP request to HTTP answer: limits, who calls, what the call is.
//!
//! A caller who is not known to be the wallet learns nothing: not whether a payment exists, not what is wrong with it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use serde_json::{Value, json};
use tracing::Instrument as _;

use super::answer::Outcome;
use super::authorization::is_authorized;
use super::in_flight::Reply;
use super::incoming::{Incoming, Kind};
use super::memory::Memory;
use super::{Approval, Authorization, BoxError, Budget, ErrorId, Inner, MakePayment, Notice, PaymentHandler};
use crate::PspTransactionId;

/// The most bytes of a call's body: 64 KiB. The wallet sends about 1.
const BODY_MAX_BYTES: usize = 64 * 1024;
/// How long a body may take to come.
const BODY_WITHIN: Duration = Duration::from_secs(5);

/// What is answered.
pub(super) type HttpAnswer = Response<Full<Bytes>>;

impl<H: PaymentHandler, M: Memory, A: Authorization> Inner<H, M, A> {
    /// Takes one request.
    pub(super) async fn receive<B>(self: Arc<Self>, request: Request<B>) -> HttpAnswer
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let arrived = self.clock.now();
        if request.method() != Method::POST {
            let mut answer = status_only(StatusCode::METHOD_NOT_ALLOWED);
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return answer;
        }
        let (head, body) = request.into_parts();
        let body = tokio::select! {
            body = Limited::new(body, BODY_MAX_BYTES).collect() => body,
            () = self.clock.sleep(BODY_WITHIN) => return status_only(StatusCode::REQUEST_TIMEOUT),
        };
        let body = match body {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return status_only(StatusCode::PAYLOAD_TOO_LARGE),
            Err(_) => return status_only(StatusCode::BAD_REQUEST),
        };
        let call = match Incoming::read(&body) {
            Ok(call) => call,
            Err(fault) => return invalid(&fault),
        };
        let span = tracing::info_span!("make_payment", psp_transaction_id = %call.psp_transaction_id);
        let ends_at = arrived.saturating_add(self.budget);
        async move {
            let id = call.psp_transaction_id.clone();
            let answering = self.answer(&head.headers, call, ends_at);
            let over = self.clock.sleep_until(ends_at.saturating_add(REPLIES_BY_THEN));
            let reply = tokio::select! {
                reply = answering => reply,
                () = over => Some(Reply::Unavailable),
            };
            tracing::info!(?reply, took = ?self.clock.now().saturating_sub(arrived), "a call was answered");
            written(reply, &id)
        }
        .instrument(span)
        .await
    }

    /// The reply to a call; `None` to one that is not from the wallet.
    async fn answer(self: &Arc<Self>, headers: &http::HeaderMap, call: Incoming, ends_at: Duration) -> Option<Reply> {
        let id = call.psp_transaction_id.clone();
        match self.authorization.expected(&id).await {
            Ok(expected) if is_authorized(headers, &expected) => {}
            Ok(_) => return None,
            Err(error) => {
                tracing::error!(%error, "it can't be found out whether the call is from the wallet");
                return Some(Reply::Unavailable);
            }
        }
        let (merchant_serial_number, kind) = match call.merchant_serial_number().and_then(|msn| Ok((msn, call.kind()?)))
        {
            Ok(read) => read,
            Err(fault) => {
                tracing::error!(fault, "the wallet's call can't be understood");
                let outcome = Outcome::Fail { error: ErrorId::InvalidRequest, text: Some(fault) };
                return Some(Reply::Outcome(outcome));
            }
        };
        let notice = Notice { psp_transaction_id: id, merchant_serial_number };
        Some(match kind {
            Kind::Cancelled => self.on_notice(notice.clone(), MakePayment::Cancelled(notice)).await,
            Kind::TimedOut => self.on_notice(notice.clone(), MakePayment::TimedOut(notice)).await,
            Kind::Accepted(handed) => {
                let approval = Approval {
                    psp_transaction_id: notice.psp_transaction_id,
                    merchant_serial_number: notice.merchant_serial_number,
                    bin_number: handed.bin_number,
                    network_token: handed.network_token,
                    operations: handed.operations,
                    budget: Budget::new(Arc::clone(&self.clock), ends_at),
                };
                self.on_accepted(approval).await
            }
        })
    }

    /// Runs work to its end, also when the caller hangs up meanwhile.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.tasks.spawn(work.in_current_span())
    }
}

/// How long after the budget a call may still get its answer; then 503.
const REPLIES_BY_THEN: Duration = Duration::from_millis(1_500);

fn written(reply: Option<Reply>, id: &PspTransactionId) -> HttpAnswer {
    match reply {
        None => status_only(StatusCode::UNAUTHORIZED),
        Some(Reply::Outcome(outcome)) => with_body(StatusCode::OK, &outcome.to_json(id)),
        Some(Reply::Noted(noted)) => with_body(StatusCode::OK, &noted.to_json(id)),
        Some(Reply::Unavailable) => status_only(StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// A body that is no call; what is wrong is no secret.
fn invalid(fault: &str) -> HttpAnswer {
    let error = ErrorId::InvalidRequest;
    let text = format!("{}: {fault}", error.text());
    with_body(
        StatusCode::BAD_REQUEST,
        &json!({"errorMessage": {"errorId": error.number().to_string(), "errorText": text}}),
    )
}

fn status_only(status: StatusCode) -> HttpAnswer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

fn with_body(status: StatusCode, body: &Value) -> HttpAnswer {
    let mut answer = Response::new(Full::from(body.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
