//! The App API's errors: a code for programs, a message for people. The wallet's faults become them here and nowhere else.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use lommebok_api::headers;
use lommebok_domain::UserId;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::http::json_object;
use crate::http::pages::once;
use crate::listener::body::{self, BodyFault};
use crate::wallet::{Fault, Wallet};

/// The longest body, in bytes.
const BODY_BYTES: usize = 16_384;

/// A refusal.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    retry_after_s: Option<i64>,
    payment: Option<Value>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, retry_after_s: None, payment: None }
    }

    /// The payment as it is, for the phone to show.
    pub(super) fn with_payment(self, payment: Option<Value>) -> Self {
        Self { payment, ..self }
    }

    /// Whether the payment as it is should stand beside the refusal.
    pub(super) fn is_conflict(&self) -> bool {
        self.status == StatusCode::CONFLICT
    }

    pub(super) fn malformed() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", "The request is not as the App API asks.")
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NoSuchPayment => Self::new(StatusCode::NOT_FOUND, "no_such_payment", "There is no such payment."),
            Fault::Refused(_) => {
                Self::new(StatusCode::CONFLICT, "not_possible_now", "The payment is being processed, or it is over.")
            }
            Fault::CardNotUsable => {
                Self::new(StatusCode::CONFLICT, "card_not_eligible", "This card cannot be used for this payment.")
            }
            Fault::UnknownLink => {
                Self::new(StatusCode::BAD_REQUEST, "bad_link", "This is not a payment link of this wallet.")
            }
            Fault::WrongPin | Fault::UnknownUser => {
                Self::new(StatusCode::UNAUTHORIZED, "wrong_number_or_pin", "The number or the PIN is wrong.")
            }
            Fault::PinLocked { retry_after_s } => Self {
                retry_after_s: Some(retry_after_s),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", "Too many tries: wait a minute.")
            },
            Fault::NoSession => Self::new(StatusCode::UNAUTHORIZED, "session_ended", "Sign in again."),
            Fault::Busy | Fault::Stopping => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "shutting_down", "Try again in a moment.")
            }
            fault @ (Fault::MerchantNotActive
            | Fault::UnknownMerchant
            | Fault::MayNotSkipLandingPage
            | Fault::Store(_)
            | Fault::Read(_)
            | Fault::Secret) => {
                tracing::error!(%fault, "a call of the App API failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong; nothing was changed.")
            }
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut body = json!({"code": self.code, "message": self.message});
        if let (Some(payment), Some(fields)) = (self.payment, body.as_object_mut()) {
            fields.insert("payment".to_owned(), payment);
        }
        let mut response = (self.status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// The bearer token of a call.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Refused> {
    let value = once(headers, AUTHORIZATION.as_str()).ok().flatten();
    value.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(|| Fault::NoSession.into())
}

/// Whose call it is.
pub(super) fn user(wallet: &Wallet, headers: &HeaderMap) -> Result<UserId, Refused> {
    Ok(wallet.user_of_session(bearer(headers)?)?)
}

/// Reads a JSON body.
pub(super) async fn json_body<T: DeserializeOwned>(request: Request<Body>) -> Result<T, Refused> {
    headers::check_json(request.headers(), 1)
        .map_err(|_| Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "Send application/json."))?;
    let bytes: Bytes = body::collect(request, BODY_BYTES).await.map_err(|fault| match fault {
        BodyFault::TooLarge { .. } => {
            Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request is too large.")
        }
        BodyFault::TooSlow | BodyFault::Broken => Refused::malformed(),
    })?;
    json_object(&bytes).map_err(|_| Refused::malformed())
}
