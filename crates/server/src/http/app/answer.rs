//! The App API's errors: a code for programs, a message for people in their language. The wallet's faults become them here and
//! nowhere else.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use lommebok_domain::UserId;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::listener::body::{self, BodyFault};
use crate::ui::lang::Lang;
use crate::wallet::{Fault, Wallet};

/// The longest body, in bytes.
const BODY_BYTES: usize = 16_384;

/// A sentence for people: Norwegian, English.
pub(super) type Message = (&'static str, &'static str);

/// A refusal.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    code: &'static str,
    message: Message,
    retry_after_s: Option<i64>,
    payment: Option<Value>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, code: &'static str, message: Message) -> Self {
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

    fn malformed() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            ("Forespørselen er ikke slik App API-et vil ha den.", "The request is not as the App API asks."),
        )
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NoSuchPayment => Self::new(
                StatusCode::NOT_FOUND,
                "no_such_payment",
                ("Denne betalingen finnes ikke.", "There is no such payment."),
            ),
            Fault::Refused(_) => Self::new(
                StatusCode::CONFLICT,
                "not_possible_now",
                ("Betalingen behandles, eller den er over.", "The payment is being processed, or it is over."),
            ),
            Fault::CardNotUsable => Self::new(
                StatusCode::CONFLICT,
                "card_not_eligible",
                ("Kortet kan ikke brukes til denne betalingen.", "This card cannot be used for this payment."),
            ),
            Fault::UnknownLink => Self::new(
                StatusCode::BAD_REQUEST,
                "bad_link",
                ("Dette er ikke en betalingslenke fra denne lommeboken.", "This is not a payment link of this wallet."),
            ),
            Fault::WrongPin | Fault::UnknownUser => Self::new(
                StatusCode::UNAUTHORIZED,
                "wrong_number_or_pin",
                ("Nummeret eller PIN-koden er feil.", "The number or the PIN is wrong."),
            ),
            Fault::PinLocked { retry_after_s } => Self {
                retry_after_s: Some(retry_after_s),
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too_many_tries",
                    ("For mange forsøk: vent et minutt.", "Too many tries: wait a minute."),
                )
            },
            Fault::NoSession => {
                Self::new(StatusCode::UNAUTHORIZED, "session_ended", ("Logg inn igjen.", "Sign in again."))
            }
            Fault::Busy | Fault::Stopping => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "shutting_down",
                ("Prøv igjen om et øyeblikk.", "Try again in a moment."),
            ),
            fault @ (Fault::MerchantNotActive
            | Fault::UnknownMerchant
            | Fault::MayNotSkipLandingPage
            | Fault::Store(_)
            | Fault::Read(_)
            | Fault::Secret) => {
                tracing::error!(%fault, "a call of the App API failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    ("Noe gikk galt; ingenting er endret.", "Something went wrong; nothing was changed."),
                )
            }
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = |message: &str| {
            let mut body = json!({"code": self.code, "message": message});
            if let (Some(payment), Some(fields)) = (&self.payment, body.as_object_mut()) {
                fields.insert("payment".to_owned(), payment.clone());
            }
            body.to_string()
        };
        let (norwegian, english) = self.message;
        let mut response = (self.status, [(CONTENT_TYPE, "application/json")], body(english)).into_response();
        response.extensions_mut().insert(InNorwegian(body(norwegian)));
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// The body of a refusal in Norwegian. Who refuses does not know who reads; [`in_the_readers_language`] does.
#[derive(Clone)]
struct InNorwegian(String);

/// Answers a refusal in the language of `Accept-Language`; English where it names none of ours.
pub(super) async fn in_the_readers_language(request: Request, next: Next) -> Response {
    let accepted = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let lang = Lang::choose(None, None, accepted);
    let mut response = next.run(request).await;
    if let (Lang::Nb, Some(InNorwegian(body))) = (lang, response.extensions_mut().remove()) {
        *response.body_mut() = Body::from(body);
    }
    response
}

/// The bearer token of a call.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Refused> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(|| Fault::NoSession.into())
}

/// Whose call it is.
pub(super) fn user(wallet: &Wallet, headers: &HeaderMap) -> Result<UserId, Refused> {
    Ok(wallet.user_of_session(bearer(headers)?)?)
}

/// Reads a JSON body.
pub(super) async fn json_body<T: DeserializeOwned>(request: Request<Body>) -> Result<T, Refused> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/json") {
        return Err(Refused::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            ("Send application/json.", "Send application/json."),
        ));
    }
    let bytes: Bytes = body::collect(request.into_body(), BODY_BYTES).await.map_err(|fault| match fault {
        BodyFault::TooLarge { .. } => Refused::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            ("Forespørselen er for stor.", "The request is too large."),
        ),
        BodyFault::TooSlow | BodyFault::Broken => Refused::malformed(),
    })?;
    serde_json::from_slice(&bytes).map_err(|_| Refused::malformed())
}
