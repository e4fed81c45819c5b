//! Answers of the public endpoints: successes as JSON, refusals from the one table of errors. The wallet's faults become
//! wire faults here and nowhere else.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use lommebok_api::errors::{self, ErrorCode, Fault as WireFault, Surface};
use lommebok_domain::Refusal;
use lommebok_store::CommitFault;
use serde::Serialize;

use crate::http::Edge;
use crate::listener::body::BodyFault;
use crate::observability::names::REFUSALS;
use crate::wallet::Fault;

const HINT: HeaderName = HeaderName::from_static(lommebok_api::headers::HINT);
/// How long a client should wait when we can't take more, in seconds.
const RETRY_AFTER_S: &str = "1";

/// Room for the answers to init and details; a longer one makes more.
const USUAL_ANSWER_BYTES: usize = 512;

/// A success.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) body: Vec<u8>,
    pub(crate) hints: Vec<&'static str>,
}

impl Answered {
    /// A JSON body.
    pub(crate) fn json(body: &impl Serialize) -> Self {
        let mut written = Vec::with_capacity(USUAL_ANSWER_BYTES);
        serde_json::to_writer(&mut written, body)
            .expect("answers are made of strings, numbers and lists, which have a JSON form");
        Self { body: written, hints: Vec::new() }
    }

    /// A JSON body that is always the same.
    pub(crate) fn bytes(body: &'static str) -> Self {
        Self { body: body.as_bytes().to_vec(), hints: Vec::new() }
    }

    /// An answer without a body.
    pub(crate) fn empty() -> Self {
        Self { body: Vec::new(), hints: Vec::new() }
    }

    pub(crate) fn hinting(mut self, hints: impl IntoIterator<Item = &'static str>) -> Self {
        self.hints.extend(hints);
        self
    }

    pub(crate) fn into_response(self, edge: &Edge) -> Response {
        let mut response = Response::new(Body::empty());
        if !self.body.is_empty() {
            *response.body_mut() = Body::from(self.body);
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        keep_nowhere(&mut response);
        add_hint(&mut response, edge, errors::hint_header(self.hints));
        response
    }
}

/// A refusal: the wire's faults, or a status that the HTTP layer answers alone.
#[derive(Debug)]
pub(crate) enum Refused {
    Faults(Vec<WireFault>),
    Status(StatusCode),
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
                .hinting(format!("the body of this endpoint may have {longest_bytes} bytes"))
                .into(),
            BodyFault::NoMemory => WireFault::of(ErrorCode::Unavailable).hinting(fault.to_string()).into(),
            BodyFault::TooSlow | BodyFault::Broken => Self::Status(fault.status()),
        }
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        wire_fault(fault).into()
    }
}

impl Refused {
    /// Counts each fault by its status and code.
    pub(super) fn count(&self) {
        let Self::Faults(faults) = self else { return };
        for fault in faults {
            let row = fault.code.row();
            ::metrics::counter!(REFUSALS, "status" => row.status.to_string(), "code" => row.code).increment(1);
        }
    }

    pub(crate) fn into_response(self, edge: &Edge, surface: Surface, context_id: &str) -> Response {
        let faults = match self {
            Self::Faults(faults) => faults,
            Self::Status(status) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = status;
                return response;
            }
        };
        let rendered = errors::answer(surface, &faults, context_id);
        let mut response = Response::new(Body::from(rendered.body));
        *response.status_mut() = StatusCode::from_u16(rendered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(rendered.content_type));
        if matches!(rendered.status, 429 | 503) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        keep_nowhere(&mut response);
        add_hint(&mut response, edge, rendered.hint);
        response
    }
}

/// An answer may hold a token or a secret link: nobody on the way keeps it, and no browser takes it for a page.
fn keep_nowhere(response: &mut Response) {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

fn add_hint(response: &mut Response, edge: &Edge, hint: Option<String>) {
    if let Some(hint) = hint.filter(|_| edge.shows_hints())
        && let Ok(value) = HeaderValue::from_str(&hint)
    {
        response.headers_mut().insert(HINT, value);
    }
}

/// What the wallet refuses, in the wire's words.
fn wire_fault(fault: Fault) -> WireFault {
    let hinted = |code, hint: String| WireFault::of(code).hinting(hint);
    match fault {
        Fault::NoSuchPayment => WireFault::of(ErrorCode::PaymentNotFound),
        Fault::Refused(refusal) => refused(&refusal),
        Fault::MerchantNotActive => WireFault::of(ErrorCode::MerchantNotActive),
        Fault::UnknownMerchant => WireFault::of(ErrorCode::MerchantNotFound),
        Fault::MayNotSkipLandingPage => WireFault::of(ErrorCode::SkipLandingPageNotAllowed),
        Fault::UnknownUser => WireFault::of(ErrorCode::UserNotRegistered),
        Fault::CardNotUsable => WireFault::of(ErrorCode::NoEligibleCard),
        Fault::UnknownLink => WireFault::of(ErrorCode::WrongLandingToken),
        Fault::Busy | Fault::Stopping => hinted(ErrorCode::Unavailable, fault.to_string()),
        Fault::Store(fault) => store_fault(&fault),
        Fault::WrongPin | Fault::PinLocked { .. } | Fault::NoSession | Fault::Read(_) | Fault::Secret => {
            tracing::error!(%fault, "a call of the PSP API failed");
            WireFault::of(ErrorCode::Internal)
        }
    }
}

fn refused(refusal: &Refusal) -> WireFault {
    WireFault::of(ErrorCode::WrongState).hinting(refusal.to_string())
}

fn store_fault(fault: &CommitFault) -> WireFault {
    match fault {
        CommitFault::KeyConflict => WireFault::of(ErrorCode::IdempotencyConflict),
        CommitFault::TransactionIdExists => WireFault::of(ErrorCode::PspTransactionIdExists),
        CommitFault::OrderIdExists => WireFault::of(ErrorCode::MerchantOrderIdExists),
        CommitFault::Overloaded | CommitFault::Closed | CommitFault::Unavailable(_) | CommitFault::Stale(_) => {
            tracing::warn!(%fault, "a call of the PSP API could not be stored now");
            WireFault::of(ErrorCode::Unavailable)
        }
        CommitFault::Replay(_) | CommitFault::MsnExists | CommitFault::Refused(_) => {
            tracing::error!(%fault, "a call of the PSP API could not be stored");
            WireFault::of(ErrorCode::Internal)
        }
    }
}
