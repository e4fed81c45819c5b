//! The App API's errors: a code for programs, a message for people in their language. The wallet's faults become them here
//! and nowhere else.
//!
//! A handler returns a refusal without its text; [`spoken`] knows the requested language and writes the body.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use lommebok_app_api::{Payment, Refusal, RefusalCode};
use lommebok_domain::UserId;
use lommebok_engine::fault::Fault;
use lommebok_engine::observability::store_trouble;
use lommebok_engine::wallet::Wallet;
use lommebok_psp_v3::errors::bearer_challenge;
use lommebok_psp_v3::headers;
use lommebok_store::CommitFault;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::http::event_stream;
use crate::http::json_object;
use crate::http::pages::once;
use crate::http::rates::TooOften;
use lommebok_web::listener::body::{self, BodyFault};
use lommebok_web::pages::lang::Lang;

/// The longest body, in bytes.
const BODY_BYTES: usize = 16_384;

/// The text for people.
#[derive(Clone, Copy, Debug)]
enum Message {
    /// A sentence in Norwegian and English.
    Fixed(&'static str, &'static str),
    /// Too many wrong PINs, and how long to wait.
    TooManyTries { wait_s: i64 },
}

/// A refusal.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    status: StatusCode,
    code: RefusalCode,
    message: Message,
    retry_after_s: Option<i64>,
    /// What is wrong with the session's token that came, for `WWW-Authenticate`.
    token_fault: Option<&'static str>,
    payment: Option<Box<Payment>>,
}

impl Refused {
    /// A refusal with its message in Norwegian and English.
    pub(super) fn new(status: StatusCode, code: RefusalCode, message: (&'static str, &'static str)) -> Self {
        let message = Message::Fixed(message.0, message.1);
        Self { status, code, message, retry_after_s: None, token_fault: None, payment: None }
    }

    /// The payment as it is, for the phone to show.
    pub(super) fn with_payment(self, payment: Option<Payment>) -> Self {
        Self { payment: payment.map(Box::new), ..self }
    }

    /// Whether the refusal carries the current payment.
    pub(super) fn is_conflict(&self) -> bool {
        self.status == StatusCode::CONFLICT
    }

    pub(super) fn malformed() -> Self {
        let message = ("Forespørselen er ikke slik App-API-et vil ha den.", "The request is not as the App API asks.");
        Self::new(StatusCode::BAD_REQUEST, RefusalCode::Malformed, message)
    }

    /// No session's token came.
    fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, RefusalCode::SessionEnded, ("Logg inn på nytt.", "Sign in again."))
    }

    pub(super) fn unknown_host() -> Self {
        let message = (
            "Lommeboken svarer ikke under dette navnet. Tillat det med --allowed-host.",
            "The wallet does not answer under this name. Allow it with --allowed-host.",
        );
        Self::new(StatusCode::MISDIRECTED_REQUEST, RefusalCode::UnknownHost, message)
    }

    /// Too many sign-ins from one address, for any users.
    pub(super) fn too_often(refused: TooOften) -> Self {
        let message =
            ("For mange forsøk fra nettet ditt: vent litt.", "Too many tries from your network: wait a little.");
        let retry_after_s = i64::try_from(refused.retry_after_s).ok();
        Self { retry_after_s, ..Self::new(StatusCode::TOO_MANY_REQUESTS, RefusalCode::TooManyTries, message) }
    }

    /// The session has all the event streams that it may have.
    pub(super) fn too_many_streams() -> Self {
        let message = ("Telefonen har for mange strømmer åpne.", "The phone has too many streams open.");
        let refused = Self::new(StatusCode::TOO_MANY_REQUESTS, RefusalCode::TooManyStreams, message);
        Self { retry_after_s: event_stream::RETRY_AFTER_S.parse().ok(), ..refused }
    }

    fn try_again() -> Self {
        let message = ("Prøv igjen om et øyeblikk.", "Try again in a moment.");
        Self {
            retry_after_s: Some(1),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, RefusalCode::ShuttingDown, message)
        }
    }

    fn body(self, lang: Lang) -> String {
        let message = self.message.in_language(lang).into_owned();
        json!(Refusal { code: self.code, message, payment: self.payment }).to_string()
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        let (status, code, message) = match fault {
            Fault::NoSuchPayment => {
                let message = ("Det finnes ingen slik betaling.", "There is no such payment.");
                (StatusCode::NOT_FOUND, RefusalCode::NoSuchPayment, message)
            }
            Fault::Refused(_) => {
                let message =
                    ("Betalingen behandles, eller den er over.", "The payment is being processed, or it is over.");
                (StatusCode::CONFLICT, RefusalCode::NotPossibleNow, message)
            }
            Fault::CardNotUsable => {
                let message = (
                    "Dette kortet kan ikke brukes til denne betalingen.",
                    "This card cannot be used for this payment.",
                );
                (StatusCode::CONFLICT, RefusalCode::CardNotEligible, message)
            }
            Fault::UnknownLink => {
                let message = (
                    "Dette er ikke en betalingslenke fra denne lommeboken.",
                    "This is not a payment link of this wallet.",
                );
                (StatusCode::BAD_REQUEST, RefusalCode::BadLink, message)
            }
            Fault::WrongPin | Fault::UnknownUser => {
                let message = ("Nummeret eller PIN-koden er feil.", "The number or the PIN is wrong.");
                (StatusCode::UNAUTHORIZED, RefusalCode::WrongNumberOrPin, message)
            }
            Fault::PinLocked { retry_after_s } => return too_many_tries(retry_after_s),
            Fault::NoSession => {
                let refused = Self::signed_out();
                return Self { token_fault: Some("the session is unknown or has ended"), ..refused };
            }
            Fault::Busy | Fault::TooManyAttempts | Fault::Stopping => return Self::try_again(),
            Fault::Store(
                fault @ (CommitFault::Overloaded
                | CommitFault::Closed
                | CommitFault::ClockReset
                | CommitFault::Unavailable(_)),
            ) => {
                store_trouble(&fault);
                return Self::try_again();
            }
            fault @ (Fault::MerchantNotActive
            | Fault::UnknownMerchant
            | Fault::MayNotSkipLandingPage
            | Fault::TooManyPrompts { .. }
            | Fault::Store(_)
            | Fault::Read(_)
            | Fault::Secret) => {
                tracing::error!(%fault, "a call of the App API failed");
                let message = ("Noe gikk galt; ingenting ble endret.", "Something went wrong; nothing was changed.");
                (StatusCode::INTERNAL_SERVER_ERROR, RefusalCode::Internal, message)
            }
        };
        Self::new(status, code, message)
    }
}

fn too_many_tries(retry_after_s: i64) -> Refused {
    let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, RefusalCode::TooManyTries, ("", ""));
    Refused { retry_after_s: Some(retry_after_s), message: Message::TooManyTries { wait_s: retry_after_s }, ..refused }
}

impl Message {
    fn in_language(self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::Fixed(norwegian, english) => lang.of(norwegian, english).into(),
            Self::TooManyTries { wait_s } => {
                let wait = in_words(wait_s, lang);
                format!("{} {wait}.", lang.of("For mange forsøk: vent", "Too many tries: wait")).into()
            }
        }
    }
}

/// A wait, rounded up: in seconds up to a minute, in minutes up to an hour.
fn in_words(seconds: i64, lang: Lang) -> String {
    let (unit_s, unit) = match seconds {
        ..=60 => (1, "s"),
        61..=3_600 => (60, "min"),
        _ => (3_600, lang.of("t", "h")),
    };
    let count = seconds.saturating_add(unit_s).saturating_sub(1).checked_div(unit_s).unwrap_or(1);
    format!("{count} {unit}")
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED
            && let Ok(challenge) = HeaderValue::from_str(&bearer_challenge("lommebok-app", self.token_fault))
        {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes a refusal's body in the language that the request asks for.
pub(super) async fn spoken(request: Request, next: Next) -> Response {
    let asked = request.headers().clone();
    speak(next.run(request).await, &asked)
}

/// The same for an answer that is there already.
pub(super) fn speak(mut response: Response, asked: &HeaderMap) -> Response {
    let accepted = asked.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let lang = Lang::choose(None, None, accepted);
    let Some(refused) = response.extensions_mut().remove::<Refused>() else { return response };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    headers.insert(VARY, HeaderValue::from_static("Accept-Language"));
    *response.body_mut() = Body::from(refused.body(lang));
    response
}

/// No such path.
pub(super) async fn not_found() -> Refused {
    let message = ("Denne adressen finnes ikke.", "There is nothing at this address.");
    Refused::new(StatusCode::NOT_FOUND, RefusalCode::NotFound, message)
}

/// Another method than the path has.
pub(super) async fn method_not_allowed() -> Refused {
    let message = ("Denne adressen tar ikke imot dette.", "This address does not take that.");
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, RefusalCode::MethodNotAllowed, message)
}

/// The bearer token of a call.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Refused> {
    let value = once(headers, AUTHORIZATION.as_str()).ok().flatten();
    value.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(Refused::signed_out)
}

/// Whose call it is.
pub(super) async fn user(wallet: &Wallet, headers: &HeaderMap) -> Result<UserId, Refused> {
    Ok(wallet.people.user_of_session(bearer(headers)?).await?)
}

/// Reads a JSON body.
pub(super) async fn json_body<T: DeserializeOwned>(request: Request<Body>) -> Result<T, Refused> {
    headers::check_json(request.headers(), 1).map_err(|_| {
        let message = ("Send application/json.", "Send application/json.");
        Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, RefusalCode::NotJson, message)
    })?;
    let bytes: Bytes = body::collect(request, BODY_BYTES).await.map_err(|fault| match fault {
        BodyFault::TooLarge { .. } => {
            let message = ("Forespørselen er for stor.", "The request is too large.");
            Refused::new(StatusCode::PAYLOAD_TOO_LARGE, RefusalCode::TooLarge, message)
        }
        BodyFault::TooSlow | BodyFault::Broken => Refused::malformed(),
        BodyFault::NoMemory => Fault::Busy.into(),
    })?;
    json_object(&bytes).map_err(|_| Refused::malformed())
}
