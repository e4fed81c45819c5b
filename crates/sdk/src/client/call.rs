//! One call from its first try to its last: token, headers, time limit, the one repeat after a 401, and the repeats that
//! the client's [`Retries`](super::Retries) allow. What an answer's status means is decided here, for all endpoints.

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use serde::de::DeserializeOwned;
use tracing::Instrument as _;

use super::reading;
use super::{Client, Result};
use crate::transport::TransportError;
use crate::{Error, IdempotencyKey, MaybeSent, MerchantSerialNumber, NotSent, Unreadable};

/// One call, ready to be sent as often as needed.
#[derive(Debug)]
pub(super) struct Call {
    /// What it is called in traces.
    pub(super) name: &'static str,
    pub(super) method: Method,
    /// Path and query, beginning with a slash.
    pub(super) path: String,
    pub(super) merchant: Option<MerchantSerialNumber>,
    pub(super) idempotency_key: Option<IdempotencyKey>,
    /// JSON, or empty.
    pub(super) body: Bytes,
}

impl Call {
    pub(super) fn get(name: &'static str, path: String) -> Self {
        Self { name, method: Method::GET, path, merchant: None, idempotency_key: None, body: Bytes::new() }
    }

    pub(super) fn post(name: &'static str, path: impl Into<String>, body: Vec<u8>) -> Self {
        let body = Bytes::from(body);
        Self { name, method: Method::POST, path: path.into(), merchant: None, idempotency_key: None, body }
    }

    pub(super) fn keyed(mut self, key: IdempotencyKey) -> Self {
        self.idempotency_key = Some(key);
        self
    }
}

/// The whole answer to a call that succeeded.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    body: Bytes,
}

impl Answer {
    /// Reads the body.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|fault| self.unreadable(fault.to_string()))
    }

    pub(super) fn unreadable(&self, reason: impl Into<String>) -> Error {
        Error::Unreadable(Unreadable { status: self.status, reason: reason.into() })
    }
}

/// A call that did not succeed, however often it was tried.
#[derive(Debug)]
pub(super) struct GivenUp {
    /// What the last try came to.
    pub(super) last: Error,
    /// What came of an earlier try is not known: why.
    unclear: Option<Error>,
}

impl GivenUp {
    /// What may have happened by any of the tries: a refusal says only that its own try changed nothing.
    fn of_all_tries(self) -> Error {
        match self.unclear {
            Some(earlier) if !self.last.may_have_taken_effect() => {
                Error::MaybeSent(MaybeSent::NotConfirmed { earlier: Box::new(earlier), last: Box::new(self.last) })
            }
            _ => self.last,
        }
    }
}

impl Client {
    /// Carries out `call` with an access token.
    pub(super) async fn call(&self, call: Call) -> Result<Answer> {
        let span =
            tracing::info_span!("wallet_call", call = call.name, path = %call.path, tries = tracing::field::Empty);
        let outcome = self.repeated(|| self.once_more_after_401(&call)).instrument(span).await;
        outcome.map_err(|given_up| if call.method == Method::GET { given_up.last } else { given_up.of_all_tries() })
    }

    /// Does `attempt` again as often as the client's retries allow.
    pub(super) async fn repeated<T, F: Future<Output = Result<T>>>(
        &self,
        attempt: impl Fn() -> F,
    ) -> std::result::Result<T, GivenUp> {
        let mut tries: u32 = 0;
        let mut unclear = None;
        loop {
            let outcome = attempt().await;
            tries = tries.saturating_add(1);
            tracing::Span::current().record("tries", tries);
            let error = match outcome {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let pause = if may_succeed_later(&error) {
                let random = u64::from_be_bytes(crate::randomness::bytes());
                self.0.retries.pause_before(tries, random, asked_pause(&error))
            } else {
                None
            };
            let Some(pause) = pause else { return Err(GivenUp { last: error, unclear }) };
            tracing::debug!(%error, ?pause, "the call is repeated");
            if error.may_have_taken_effect() {
                unclear = Some(error);
            }
            self.0.clock.sleep(pause).await;
        }
    }

    /// One try; a token that the wallet refuses is replaced, and the call tried once more.
    async fn once_more_after_401(&self, call: &Call) -> Result<Answer> {
        let token = self.token().await?;
        let outcome = self.exchange(self.request(call, &token.header)?).await;
        match outcome {
            Err(Error::Refused(refusal)) if refusal.status == 401 => {
                tracing::debug!("the wallet refuses the access token; another is fetched");
                self.0.tokens.reject(&token).await;
                let token = self.token().await?;
                self.exchange(self.request(call, &token.header)?).await
            }
            other => other,
        }
    }

    fn request(&self, call: &Call, token: &HeaderValue) -> Result<Request<Bytes>> {
        let mut request = self.bare_request(call.method.clone(), &call.path, call.body.clone())?;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, token.clone());
        headers.insert("psp-id", self.0.credentials.psp_id.clone());
        if let Some(msn) = &call.merchant {
            headers.insert("merchant-serial-number", digits(msn.as_str())?);
        }
        if let Some(key) = &call.idempotency_key {
            headers.insert("idempotency-key", digits(key.as_str())?);
        }
        if !call.body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(request)
    }

    /// A request with the headers that every endpoint takes.
    pub(super) fn bare_request(&self, method: Method, path: &str, body: Bytes) -> Result<Request<Bytes>> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.0.base_url))
            .body(body)
            .map_err(|_| crate::InvalidValue::new("base_url", "a URL that a request can be sent to"))?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert("ocp-apim-subscription-key", self.0.credentials.subscription_key.clone());
        for (name, value) in &self.0.system_headers {
            headers.insert(HeaderName::clone(name), value.clone());
        }
        Ok(request)
    }

    /// Sends `request` once, within the client's time limit, and judges the answer by its status.
    pub(super) async fn exchange(&self, request: Request<Bytes>) -> Result<Answer> {
        let sending = self.0.transport.send(request);
        let answer = match select(sending, self.0.clock.sleep(self.0.timeout)).await {
            Either::Left((answer, _)) => answer.map_err(unanswered)?,
            Either::Right(((), _)) => return Err(Error::MaybeSent(MaybeSent::TimedOut)),
        };
        judge(answer)
    }
}

/// A checked text as a header; it can only be visible ASCII.
fn digits(text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(|_| crate::InvalidValue::new("header", "visible ASCII").into())
}

fn unanswered(error: TransportError) -> Error {
    match error {
        TransportError::NotSent(cause) => Error::NotSent(NotSent::Unreachable(cause)),
        TransportError::MaybeSent(cause) => Error::MaybeSent(MaybeSent::Broken(cause)),
    }
}

fn judge(answer: Response<Bytes>) -> Result<Answer> {
    let status = answer.status();
    if status.is_success() {
        if let Some(hint) = reading::hint(answer.headers()) {
            tracing::warn!(hint, "the sandbox has a hint about a call that succeeded");
        }
        return Ok(Answer { status: status.as_u16(), body: answer.into_body() });
    }
    if status.is_client_error() {
        return Err(Error::Refused(Box::new(reading::refusal(&answer))));
    }
    if status.is_server_error() {
        return Err(Error::MaybeSent(MaybeSent::Failed(Box::new(reading::refusal(&answer)))));
    }
    let reason = "neither a success nor an error; redirects are not followed".to_owned();
    Err(Error::Unreadable(Unreadable { status: status.as_u16(), reason }))
}

/// Whether the same call may succeed the next time.
fn may_succeed_later(error: &Error) -> bool {
    match error {
        Error::NotSent(NotSent::Invalid(_)) | Error::Unreadable(_) => false,
        Error::NotSent(NotSent::Unreachable(_)) | Error::MaybeSent(_) => true,
        Error::NotSent(NotSent::NoAccessToken(cause)) => may_succeed_later(cause),
        Error::Refused(refusal) => refusal.status == 429,
    }
}

/// How long the wallet asked to be left alone.
fn asked_pause(error: &Error) -> Option<std::time::Duration> {
    if let Error::NotSent(NotSent::NoAccessToken(cause)) = error {
        return asked_pause(cause);
    }
    error.refusal().and_then(|refusal| refusal.retry_after)
}

/// A key that no other request has.
///
/// # Panics
/// Never: hexadecimal digits make a key.
pub(super) fn fresh_key() -> IdempotencyKey {
    IdempotencyKey::new(crate::randomness::hex::<16>()).expect("hexadecimal digits make a key")
}

/// A body that could not be written; texts and numbers always can.
pub(super) fn no_json(_fault: serde_json::Error) -> Error {
    crate::InvalidValue::new("body", "writable as JSON").into()
}
