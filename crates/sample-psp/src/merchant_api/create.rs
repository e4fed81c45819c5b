//! `POST /merchant/v1/payments`: all faults of a body are named together.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use http::StatusCode;
use lommebok_sdk::{Amount, MerchantOrderId, MobileNumber, PspRedirectUrl, Url};
use serde::{Deserialize, Serialize};

use super::problem::{FieldFault, Problem};
use super::{Api, Merchant, PaymentView};
use crate::ledger::Entrance;
use crate::psp::{CreateFault, Wanted};

/// The most characters of a description.
const DESCRIPTION_MAX_CHARS: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    order_id: String,
    amount: i64,
    return_url: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    mobile_number: Option<String>,
    #[serde(default)]
    flow: Flow,
}

/// How the user comes to the payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Flow {
    #[default]
    LandingPage,
    App,
    Push,
}

impl Flow {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::LandingPage, Self::App, Self::Push];

    /// Its word in requests.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::LandingPage => "landing_page",
            Self::App => "app",
            Self::Push => "push",
        }
    }

    /// The flow with this word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flow| flow.word() == word)
    }
}

pub(super) async fn create(
    merchant: Merchant,
    State(api): State<Api>,
    body: Bytes,
) -> Result<(StatusCode, Json<PaymentView>), Problem> {
    let wanted = read(&merchant, &body)?;
    match api.psp.create(wanted).await {
        Ok(payment) => Ok((StatusCode::CREATED, Json(PaymentView::of(&payment)))),
        Err(CreateFault::OtherTerms) => {
            let detail = "This orderId has a payment with other terms; nothing was changed.";
            Err(Problem::new(StatusCode::CONFLICT, detail))
        }
        Err(CreateFault::Database(fault)) => Err(fault.into()),
    }
}

fn read(merchant: &Merchant, body: &[u8]) -> Result<Wanted, Problem> {
    let body: Body = serde_json::from_slice(body)
        .map_err(|fault| Problem::new(StatusCode::BAD_REQUEST, format!("The body can't be read: {fault}.")))?;
    let mut faults = Vec::new();
    let order_id = MerchantOrderId::new(body.order_id);
    let order_id = order_id.map_err(|fault| faults.push(FieldFault::new("orderId", must_be(fault)))).ok();
    let amount = Amount::ore(body.amount).ok().filter(|amount| *amount >= Amount::SMALLEST_PAYMENT);
    if amount.is_none() {
        faults.push(FieldFault::new("amount", "must be 100 to 2147483647, in øre"));
    }
    if !is_return_url(&body.return_url, body.flow) {
        faults.push(FieldFault::new("returnUrl", "must be an absolute http or https URL of at most 2048 characters"));
    }
    if body.description.chars().count() > DESCRIPTION_MAX_CHARS || body.description.chars().any(char::is_control) {
        faults.push(FieldFault::new("description", "must be at most 100 characters, none of them a control character"));
    }
    let number = body.mobile_number.map(MobileNumber::new).transpose();
    let number = number.map_err(|fault| faults.push(FieldFault::new("mobileNumber", must_be(fault)))).ok().flatten();
    if body.flow == Flow::Push && number.is_none() && faults.iter().all(|fault| *fault != number_fault()) {
        faults.push(number_fault());
    }
    let entrance = match (body.flow, number) {
        (Flow::Push, Some(number)) => Some(Entrance::Push { number }),
        (Flow::Push, None) => None,
        (Flow::App, _) => Some(Entrance::App),
        (Flow::LandingPage, number) => Some(Entrance::LandingPage { number }),
    };
    match (order_id, amount, entrance) {
        (Some(order_id), Some(amount), Some(entrance)) if faults.is_empty() => Ok(Wanted {
            msn: merchant.msn.clone(),
            order_id,
            amount,
            text: body.description,
            return_url: body.return_url,
            entrance,
        }),
        _ => Err(Problem::fields(faults)),
    }
}

fn number_fault() -> FieldFault {
    FieldFault::new("mobileNumber", "is required for the flow push")
}

fn must_be(fault: lommebok_sdk::InvalidValue) -> String {
    format!("must be {}", fault.rule())
}

/// What the wallet will take; only an app may be returned to under a scheme of its own.
fn is_return_url(text: &str, flow: Flow) -> bool {
    let is_web = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    PspRedirectUrl::new(text).is_ok() && (is_web || flow == Flow::App)
}
