//! Refusals as problem details (RFC 9457): what is wrong, with which field, and nothing of our insides.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::database::DatabaseFault;
use crate::ledger::Refusal;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<FieldFault>,
}

/// A field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FieldFault {
    field: &'static str,
    detail: String,
}

impl FieldFault {
    pub(crate) fn new(field: &'static str, detail: impl Into<String>) -> Self {
        Self { field, detail: detail.into() }
    }
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), errors: Vec::new() }
    }

    /// Fields that are wrong; all of them at once.
    pub(crate) fn fields(errors: Vec<FieldFault>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            detail: "Some fields are wrong; nothing was changed.".to_owned(),
            errors,
        }
    }

    pub(crate) fn unknown_payment() -> Self {
        Self::new(StatusCode::NOT_FOUND, "You have no such payment.")
    }
}

impl From<DatabaseFault> for Problem {
    fn from(fault: DatabaseFault) -> Self {
        tracing::error!(%fault, "a merchant's request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something of ours failed. Ask again with the same key.")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::AlreadySo | Refusal::WrongState(_) | Refusal::BeingProcessed | Refusal::KeyUsed => {
                StatusCode::CONFLICT
            }
            Refusal::TooMuch { .. } | Refusal::NothingLeft => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, refusal.to_string())
    }
}

#[derive(Serialize)]
struct Body<'a> {
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldFault],
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Refused");
        let body = Body { title, status: self.status.as_u16(), detail: &self.detail, errors: &self.errors };
        let mut answer = (self.status, axum::Json(body)).into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}
