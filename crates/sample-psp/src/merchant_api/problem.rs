//! Refusals as problem details (RFC 9457): what is wrong, with which field, and nothing of our insides.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::acquirer::ResponseCode;
use crate::database::DatabaseFault;
use crate::ledger::Refusal;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<FieldFault>,
    /// The acquirer's, if it was the one that refused.
    response_code: Option<ResponseCode>,
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
        Self { status, detail: detail.into(), errors: Vec::new(), response_code: None }
    }

    /// Fields that are wrong; all of them at once.
    pub(crate) fn fields(errors: Vec<FieldFault>) -> Self {
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, "Some fields are wrong; nothing was changed.") }
    }

    /// The acquirer refused an operation.
    pub(crate) fn declined(code: ResponseCode) -> Self {
        let detail = format!("The acquirer refused with response code {code}; no money was moved.");
        Self { response_code: Some(code), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
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
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldFault],
    #[serde(skip_serializing_if = "Option::is_none")]
    response_code: Option<&'static str>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Refused");
        let body = Body {
            title,
            status: self.status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
            response_code: self.response_code.map(ResponseCode::as_str),
        };
        let mut answer = (self.status, axum::Json(body)).into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}
