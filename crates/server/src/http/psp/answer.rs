//! Answers of the public endpoints: successes as JSON, refusals from the one table of errors. The wallet's faults become
//! wire faults here and nowhere else.

use std::borrow::Cow;
use std::slice;

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use lommebok_domain::Refusal;
use lommebok_engine::exchanges::Reason;
use lommebok_engine::fault::Fault;
use lommebok_engine::observability::calls;
use lommebok_engine::observability::names::REFUSALS;
use lommebok_engine::observability::store_trouble;
use lommebok_psp_v3::errors::{self, ErrorCode, Fault as WireFault, Surface};
use lommebok_psp_v3::hints::{Hint, Hints, Slip};
use lommebok_store::CommitFault;
use serde::Serialize;

use crate::http::Edge;
use crate::http::rates::TooOften;
use lommebok_web::listener::body::BodyFault;

const HINT: HeaderName = HeaderName::from_static(lommebok_psp_v3::headers::HINT);
/// How long a client should wait when we can't take more, in seconds.
const RETRY_AFTER_S: u64 = 1;

/// Room for the answers to init and details; a longer one makes more.
const USUAL_ANSWER_BYTES: usize = 512;

/// The media types of successes, as the vendor's documents write them by endpoint.
const JSON: &str = "application/json";
const JSON_UTF_8: &str = "application/json;charset=UTF-8";

/// A success.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) body: Vec<u8>,
    media_type: &'static str,
    hints: Hints,
}

impl Answered {
    pub(crate) fn json(body: &impl Serialize) -> Self {
        let mut written = Vec::with_capacity(USUAL_ANSWER_BYTES);
        serde_json::to_writer(&mut written, body)
            .expect("answers are made of strings, numbers and lists, which have a JSON form");
        Self::with_body(written)
    }

    /// A JSON body that is always the same.
    pub(crate) fn bytes(body: &'static str) -> Self {
        Self::with_body(body.as_bytes().to_vec())
    }

    /// An answer without a body.
    pub(crate) fn empty() -> Self {
        Self::with_body(Vec::new())
    }

    fn with_body(body: Vec<u8>) -> Self {
        Self { body, media_type: JSON, hints: Hints::default() }
    }

    /// The same, declared as the vendor declares the answers of token endpoint, init and merchants.
    pub(crate) fn in_utf_8(self) -> Self {
        Self { media_type: JSON_UTF_8, ..self }
    }

    pub(crate) fn hinting(mut self, hints: impl IntoIterator<Item = Hint>) -> Self {
        self.hints.extend(hints);
        self
    }

    pub(crate) fn into_response(self, edge: &Edge) -> Response {
        let mut response = Response::new(Body::empty());
        if !self.body.is_empty() {
            *response.body_mut() = Body::from(self.body);
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        }
        keep_nowhere(&mut response);
        add_hints(&mut response, edge, &self.hints);
        response
    }
}

/// A refusal: the wire's faults, or a status that the HTTP layer answers alone.
#[derive(Debug)]
pub(crate) enum Refused {
    Faults(Vec<WireFault>),
    /// For now: the fault, and the seconds until the same may be asked again.
    Wait(WireFault, u64),
    Status(StatusCode),
}

impl From<TooOften> for Refused {
    fn from(refused: TooOften) -> Self {
        Self::Wait(WireFault::of(ErrorCode::TooManyRequests), refused.retry_after_s)
    }
}

impl From<WireFault> for Refused {
    fn from(fault: WireFault) -> Self {
        Self::Faults(vec![fault])
    }
}

impl From<Vec<WireFault>> for Refused {
    fn from(faults: Vec<WireFault>) -> Self {
        Self::Faults(faults)
    }
}

impl From<BodyFault> for Refused {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::TooLarge { longest_bytes } => WireFault::of(ErrorCode::BodyTooLarge)
                .hinting(Hint::about(Slip::BodyTooLarge, longest_bytes.to_string()))
                .into(),
            BodyFault::NoMemory => WireFault::of(ErrorCode::Unavailable).into(),
            BodyFault::TooSlow | BodyFault::Broken => Self::Status(fault.status()),
        }
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        if let Fault::TooManyPrompts { retry_after_s } = fault {
            return Self::Wait(WireFault::of(ErrorCode::TooManyRequests), retry_after_s);
        }
        wire_fault(fault).into()
    }
}

impl Refused {
    /// Counts each fault by its status and code.
    pub(super) fn count(&self) {
        for fault in self.faults() {
            let row = fault.code.row();
            ::metrics::counter!(REFUSALS, "status" => row.status.to_string(), "code" => row.code).increment(1);
        }
    }

    /// What the log says of it.
    pub(super) fn line(&self, endpoint: &'static str) -> calls::Refused {
        let status = if let Self::Status(status) = self { status.as_u16() } else { 0 };
        calls::Refused::new(endpoint, self.faults(), status)
    }

    /// The row of the table of errors that answers first.
    pub(super) fn reason(&self) -> Option<Reason> {
        let row = self.faults().iter().min_by_key(|fault| fault.stage())?.code.row();
        Some(Reason { code: Cow::Borrowed(row.code), message: Cow::Borrowed(row.message) })
    }

    fn faults(&self) -> &[WireFault] {
        match self {
            Self::Faults(faults) => faults,
            Self::Wait(fault, _) => slice::from_ref(fault),
            Self::Status(_) => &[],
        }
    }

    /// The answer; `beside` is a further hint, about what the refusal is not about.
    pub(crate) fn into_response(
        self,
        edge: &Edge,
        surface: Surface,
        context_id: &str,
        beside: Option<Hint>,
    ) -> Response {
        let retry_after_s = match self {
            Self::Faults(_) => RETRY_AFTER_S,
            Self::Wait(_, seconds) => seconds,
            Self::Status(status) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = status;
                return response;
            }
        };
        let mut rendered = errors::answer(surface, self.faults(), context_id);
        rendered.hints.extend(beside);
        let mut response = Response::new(Body::from(rendered.body));
        *response.status_mut() = StatusCode::from_u16(rendered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(rendered.content_type));
        if matches!(rendered.status, 429 | 503) {
            response.headers_mut().insert(RETRY_AFTER, retry_after_s.into());
        }
        if let Some(challenge) = rendered.challenge.and_then(|challenge| HeaderValue::from_str(&challenge).ok()) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        keep_nowhere(&mut response);
        add_hints(&mut response, edge, &rendered.hints);
        response
    }
}

/// An answer may hold a token or a secret link: no cache may keep it, and no browser may take it for a page.
fn keep_nowhere(response: &mut Response) {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

fn add_hints(response: &mut Response, edge: &Edge, hints: &Hints) {
    if edge.shows_hints()
        && let Some(line) = hints.header()
        && let Ok(value) = HeaderValue::from_str(&line)
    {
        response.headers_mut().insert(HINT, value);
    }
}

/// What the wallet refuses, in the wire's words.
fn wire_fault(fault: Fault) -> WireFault {
    match fault {
        Fault::NoSuchPayment => WireFault::of(ErrorCode::PaymentNotFound),
        Fault::Refused(refusal) => refused(&refusal),
        Fault::MerchantNotActive => WireFault::of(ErrorCode::MerchantNotActive),
        Fault::UnknownMerchant => WireFault::of(ErrorCode::MerchantNotFound),
        Fault::MayNotSkipLandingPage => WireFault::of(ErrorCode::SkipLandingPageNotAllowed),
        Fault::UnknownUser => WireFault::of(ErrorCode::UserNotRegistered),
        Fault::CardNotUsable => WireFault::of(ErrorCode::NoEligibleCard),
        Fault::UnknownLink => WireFault::of(ErrorCode::WrongLandingToken),
        Fault::Busy | Fault::TooManyAttempts | Fault::Stopping => WireFault::of(ErrorCode::Unavailable),
        Fault::Store(fault) => store_fault(&fault),
        Fault::TooManyPrompts { .. } => WireFault::of(ErrorCode::TooManyRequests),
        Fault::WrongPin | Fault::PinLocked { .. } | Fault::NoSession | Fault::Read(_) | Fault::Secret => {
            tracing::error!(%fault, "a call of the PSP API failed");
            WireFault::of(ErrorCode::Internal)
        }
    }
}

fn refused(refusal: &Refusal) -> WireFault {
    WireFault::of(ErrorCode::WrongState).hinting(Hint::about(Slip::WrongState, refusal.to_string()))
}

fn store_fault(fault: &CommitFault) -> WireFault {
    match fault {
        CommitFault::KeyConflict => WireFault::of(ErrorCode::IdempotencyConflict),
        CommitFault::TransactionIdExists => WireFault::of(ErrorCode::PspTransactionIdExists),
        CommitFault::OrderIdExists => WireFault::of(ErrorCode::MerchantOrderIdExists),
        CommitFault::Overloaded
        | CommitFault::Closed
        | CommitFault::Unavailable(_)
        | CommitFault::ClockReset
        | CommitFault::Stale(_) => {
            store_trouble(fault);
            WireFault::of(ErrorCode::Unavailable)
        }
        CommitFault::Replay(_) | CommitFault::MsnExists | CommitFault::PinLocked { .. } | CommitFault::Refused(_) => {
            tracing::error!(%fault, "a call of the PSP API could not be stored");
            WireFault::of(ErrorCode::Internal)
        }
    }
}
