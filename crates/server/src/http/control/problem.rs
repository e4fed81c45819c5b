//! The Control API's errors: RFC 9457 problem details, made from the wallet's faults in one place.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lommebok_engine::fault::Fault;
use lommebok_engine::observability::store_trouble;
use lommebok_engine::simulated_user::ActingFault;
use lommebok_engine::time_travel::{ExpireFault, ResetFault};
use lommebok_store::CommitFault;

use crate::http::Answer;
use crate::tenants::TenantFault;
use lommebok_web::listener::body::BodyFault;

/// An error answer.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    /// `WWW-Authenticate` of a 401.
    challenge: Option<String>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: String) -> Self {
        Self { status, detail, challenge: None }
    }

    /// A 401 that asks for a credential.
    pub(super) fn unauthorized(detail: String, challenge: String) -> Self {
        Self { challenge: Some(challenge), ..Self::new(StatusCode::UNAUTHORIZED, detail) }
    }

    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail.into())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejected: QueryRejection) -> Self {
        Self::bad_request(format!("the query is not as asked: {}", rejected.body_text()))
    }
}

impl From<PathRejection> for Problem {
    fn from(_unreadable: PathRejection) -> Self {
        Fault::NoSuchPayment.into()
    }
}

impl From<BodyFault> for Problem {
    fn from(fault: BodyFault) -> Self {
        Self::new(fault.status(), fault.to_string())
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NoSuchPayment => Self::new(StatusCode::NOT_FOUND, fault.to_string()),
            Fault::Refused(refusal) => Self::new(StatusCode::CONFLICT, refusal.to_string()),
            Fault::Store(
                fault @ (CommitFault::Overloaded
                | CommitFault::Closed
                | CommitFault::ClockReset
                | CommitFault::Unavailable(_)),
            ) => {
                store_trouble(&fault);
                let detail = "the wallet can't store anything now; try again in a moment";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail.to_owned())
            }
            Fault::Busy | Fault::TooManyAttempts | Fault::Stopping => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, fault.to_string())
            }
            fault @ (Fault::MerchantNotActive
            | Fault::UnknownMerchant
            | Fault::MayNotSkipLandingPage
            | Fault::UnknownUser
            | Fault::CardNotUsable
            | Fault::UnknownLink
            | Fault::WrongPin
            | Fault::PinLocked { .. }
            | Fault::TooManyPrompts { .. }
            | Fault::NoSession
            | Fault::Store(_)
            | Fault::Read(_)
            | Fault::Secret) => {
                tracing::error!(%fault, "a Control API call failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "the wallet could not do this; its log says why".to_owned(),
                )
            }
        }
    }
}

impl From<ResetFault> for Problem {
    fn from(fault: ResetFault) -> Self {
        match fault {
            ResetFault::Wallet(fault) => fault.into(),
            fault @ ResetFault::TooManyNotices => Self::new(StatusCode::CONFLICT, fault.to_string()),
        }
    }
}

impl From<ActingFault> for Problem {
    fn from(fault: ActingFault) -> Self {
        match fault {
            ActingFault::Wallet(fault) => fault.into(),
            ActingFault::NotPossible(_) | ActingFault::NobodysNumber => {
                Self::new(StatusCode::CONFLICT, fault.to_string())
            }
            ActingFault::UnknownUser => Self::bad_request(format!("user: {fault}")),
            ActingFault::NoSuchCard { .. } => Self::bad_request(format!("card: {fault}")),
        }
    }
}

impl From<ExpireFault> for Problem {
    fn from(fault: ExpireFault) -> Self {
        match fault {
            ExpireFault::Wallet(fault) => fault.into(),
            fault @ (ExpireFault::NotPossible(_) | ExpireFault::CallInFlight) => {
                Self::new(StatusCode::CONFLICT, fault.to_string())
            }
        }
    }
}

impl From<TenantFault> for Problem {
    fn from(fault: TenantFault) -> Self {
        match fault {
            TenantFault::Unknown(_) => Self::new(StatusCode::NOT_FOUND, fault.to_string()),
            TenantFault::Name(_) | TenantFault::Ttl(_) | TenantFault::Seed(_) | TenantFault::SeedCredentials(_) => {
                Self::bad_request(fault.to_string())
            }
            TenantFault::NameTaken(_) | TenantFault::TooMany | TenantFault::CredentialsTaken { .. } => {
                Self::new(StatusCode::CONFLICT, fault.to_string())
            }
            TenantFault::Stopping => Self::new(StatusCode::SERVICE_UNAVAILABLE, fault.to_string()),
            TenantFault::Start(fault) => {
                tracing::error!(%fault, "a tenant can't be opened or removed");
                let detail = "the tenant can't be opened or removed now; the server's log says why";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail.to_owned())
            }
        }
    }
}

impl From<lommebok_store::StoreError> for Problem {
    fn from(error: lommebok_store::StoreError) -> Self {
        Fault::from(error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let body = lommebok_control_api::Problem {
            kind: "about:blank".to_owned(),
            title: title.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
        };
        let mut response = (self.status, Answer(body)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = self.challenge.and_then(|challenge| HeaderValue::from_str(&challenge).ok()) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
