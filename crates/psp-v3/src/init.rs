//! `POST /psp/v3/psppayments/init`: a PSP starts a payment. [`parse`] reads the request and finds all its faults at
//! once; [`InitAnswer`] is what a success says.
//!
//! What only the store knows (ids that exist, merchants that may not, users that do not exist) is not judged here.
//! Unknown members are ignored, `null` is the same as absent, and `currency` has no field: it can only be NOK.

use std::borrow::Cow;

use lommebok_values::{Amount, MerchantOrderId, PhoneNumber, PspTransactionId, Secret};
use serde::Serialize;
use utoipa::ToSchema;

use crate::amount::{self, PAYMENT_AMOUNT_MIN};
use crate::canonical::Canonical;
use crate::errors::{ErrorCode, Fault, Faults};
use crate::hints::{Hint, Hints, Slip};
use crate::json::{Fields, Flat, Place, Scalar, read_document};
use crate::payment_text;
use crate::urls::{self, Site, UrlFault, UrlPolicy};

/// The most characters of a `makePaymentToken`.
pub const MAKE_PAYMENT_TOKEN_MAX_CHARS: usize = 255;

/// A request to start a payment, free of faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitRequest {
    /// The PSP's own id of the payment: 1 to 36 of letters, digits, `.`, `_`, `-`.
    pub psp_transaction_id: PspTransactionId,
    /// The merchant's order: 1 to 50 of letters, digits, `-`.
    pub merchant_order_id: MerchantOrderId,
    /// The payer's number, 8 digits; there whenever `skip_landing_page` is set.
    pub customer_mobile_number: Option<PhoneNumber>,
    /// What is to be paid, in øre: 100 to 2 147 483 647.
    pub amount: Amount,
    /// Where the user goes at the end, as it was sent.
    pub psp_redirect_url: String,
    /// Where the wallet calls the PSP, as it was sent.
    pub make_payment_url: String,
    /// The `Authorization` header of those calls, at most 255 characters, never empty.
    pub make_payment_token: Option<Secret>,
    /// What the user reads, cut to 1,000 characters.
    pub payment_text: Option<String>,
    /// Whether the link is to be the app's own.
    pub is_app: bool,
    /// Whether to push straight to the phone.
    pub skip_landing_page: bool,
    /// What was taken although it is not as it should be; for the `Lommebok-Hint` header of a success.
    pub hints: Hints,
}

impl InitRequest {
    /// What the request means, for the HMAC of its idempotency row; it holds a secret.
    pub fn canonical(&self) -> Canonical {
        Canonical::of("init")
            .text(self.psp_transaction_id.as_str())
            .text(self.merchant_order_id.as_str())
            .optional(self.customer_mobile_number.as_ref().map(PhoneNumber::as_str))
            .number(self.amount.ore())
            .text(&self.psp_redirect_url)
            .text(&self.make_payment_url)
            .optional(self.make_payment_token.as_ref().map(Secret::expose))
            .optional(self.payment_text.as_deref())
            .flag(self.is_app)
            .flag(self.skip_landing_page)
    }
}

/// The answer to a payment that was started, or was before with the same idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InitAnswer<'a> {
    /// The PSP's own id of the payment.
    #[schema(example = "abcABC12345")]
    pub psp_transaction_id: &'a str,
    /// The merchant's order.
    #[schema(example = "abcABC-12345")]
    pub merchant_order_id: &'a str,
    /// Where to send the user: the landing page, or the app's own link. It holds a secret token.
    #[schema(
        example = "http://127.0.0.1:8480/dwo-api-application/v1/deeplink/vippsgateway?v=2&token=AQAAAAAAAAABAAAAAAAAAAEAAAGiLmhsTWaqe7cJLr7AaWB4XEQtGEk"
    )]
    pub vipps_redirect_url: &'a str,
}

/// The members that are known.
pub(crate) const NAMES: &[&str; 13] = &[
    "pspTransactionId",
    "merchantOrderId",
    "customerMobileNumber",
    "amount",
    "currency",
    "pspRedirectUrl",
    "makePaymentUrl",
    "makePaymentToken",
    "paymentText",
    "isApp",
    "skipLandingPage",
    "merchantAgreementUrl",
    "scope",
];

/// Reads the body of an init request. All faults are found, at most 100; each names its field.
pub fn parse(body: &[u8], policy: UrlPolicy) -> Result<InitRequest, Vec<Fault>> {
    let read = read_document(body, |manner| Flat::new(NAMES, manner));
    let members = read.map_err(|broken| vec![broken.into()])?;
    let (mut faults, mut hints) = (Faults::default(), Hints::default());
    let request = Reader { fields: Fields::new(&mut faults, &mut hints, Place::Top), policy }.request(members);
    match request {
        Some(request) if faults.is_empty() => Ok(InitRequest { hints, ..request }),
        _ => Err(faults.into_vec()),
    }
}

struct Reader<'f> {
    fields: Fields<'f>,
    policy: UrlPolicy,
}

impl Reader<'_> {
    /// Reads every member before it gives up on any, so that all faults are found.
    fn request(&mut self, mut members: Flat<'_, 13>) -> Option<InitRequest> {
        if !self.fields.check_object(&mut members) {
            return None;
        }
        let [id, order, number, amount, currency, redirect, make, token, text, is_app, skip, agreement, scope] =
            members.values;
        let psp_transaction_id = self.psp_transaction_id(id);
        let merchant_order_id = self.merchant_order_id(order);
        let number = number.filter(|number| !matches!(number, Scalar::Null) && *number != Scalar::Text("".into()));
        let has_number = number.is_some();
        let customer_mobile_number = self.fields.phone_number("customerMobileNumber", number);
        let amount = self.amount(amount);
        let currency = self.currency(currency);
        let is_app = self.fields.flag("isApp", is_app).unwrap_or(false);
        let skip_landing_page = self.fields.flag("skipLandingPage", skip).unwrap_or(false);
        let psp_redirect_url = self.psp_redirect_url(redirect, is_app);
        let make_payment_url = self.make_payment_url(make);
        let make_payment_token = self.make_payment_token(token);
        let payment_text = self.payment_text(text);
        for (name, value) in [("merchantAgreementUrl", agreement), ("scope", scope)] {
            if value.is_some_and(|value| value != Scalar::Null) {
                self.fields.hints.push(Hint::about(Slip::MemberUnused, name));
            }
        }
        if skip_landing_page && !has_number {
            self.fields.missing("customerMobileNumber", "is required with skipLandingPage");
        }
        currency?;
        Some(InitRequest {
            psp_transaction_id: psp_transaction_id?,
            merchant_order_id: merchant_order_id?,
            customer_mobile_number,
            amount: amount?,
            psp_redirect_url: psp_redirect_url?,
            make_payment_url: make_payment_url?,
            make_payment_token,
            payment_text,
            is_app,
            skip_landing_page,
            hints: Hints::default(),
        })
    }

    fn psp_transaction_id(&mut self, value: Option<Scalar<'_>>) -> Option<PspTransactionId> {
        let text = self.fields.required_text("pspTransactionId", value)?;
        if let Some(id) = PspTransactionId::new(&text) {
            return Some(id);
        }
        let what = "must be 1 to 36 of letters, digits, '.', '_' and '-', with at least one letter or digit";
        self.fields.invalid("pspTransactionId", what);
        None
    }

    fn merchant_order_id(&mut self, value: Option<Scalar<'_>>) -> Option<MerchantOrderId> {
        let text = self.fields.required_text("merchantOrderId", value)?;
        if let Some(id) = MerchantOrderId::new(&text) {
            return Some(id);
        }
        self.fields.invalid("merchantOrderId", "must be 1 to 50 of letters, digits and '-'");
        None
    }

    fn amount(&mut self, value: Option<Scalar<'_>>) -> Option<Amount> {
        let value = self.fields.required("amount", value)?;
        match amount::read(&value, PAYMENT_AMOUNT_MIN, || Cow::Borrowed("amount")) {
            Ok(amount) => Some(amount),
            Err(fault) => {
                self.fields.faults.push(fault);
                None
            }
        }
    }

    fn currency(&mut self, value: Option<Scalar<'_>>) -> Option<()> {
        let value = self.fields.required("currency", value)?;
        if matches!(&value, Scalar::Text(text) if text == "NOK") {
            return Some(());
        }
        self.fields.faults.push(Fault::at(ErrorCode::Currency, "currency"));
        None
    }

    fn psp_redirect_url(&mut self, value: Option<Scalar<'_>>, is_app: bool) -> Option<String> {
        const NAME: &str = "pspRedirectUrl";
        let text = self.required_url(NAME, value, ErrorCode::InvalidPspRedirectUrl)?;
        match urls::psp_redirect_url(&text, is_app, self.policy) {
            Ok(site) => {
                self.note_localhost(NAME, site);
                return Some(text.into_owned());
            }
            Err(UrlFault::Scheme) => {
                let fault = Fault::at(ErrorCode::InvalidPspRedirectUrl, NAME);
                self.fields.faults.push(fault.hinting(Hint::of(Slip::AppScheme)));
            }
            Err(fault) => self.url_fault(NAME, ErrorCode::InvalidPspRedirectUrl, fault.to_string()),
        }
        None
    }

    fn make_payment_url(&mut self, value: Option<Scalar<'_>>) -> Option<String> {
        const NAME: &str = "makePaymentUrl";
        let text = self.required_url(NAME, value, ErrorCode::MakePaymentUrl)?;
        match urls::check_make_payment_url(&text, self.policy) {
            Ok(site) => {
                self.note_localhost(NAME, Some(site));
                Some(text.into_owned())
            }
            Err(fault) => {
                self.url_fault(NAME, ErrorCode::MakePaymentUrl, fault.to_string());
                None
            }
        }
    }

    fn note_localhost(&mut self, name: &'static str, site: Option<Site<'_>>) {
        if site.is_some_and(|site| urls::is_https_localhost(&site)) {
            self.fields.hints.push(Hint::about(Slip::HttpsLocalhost, name));
        }
    }

    fn make_payment_token(&mut self, value: Option<Scalar<'_>>) -> Option<Secret> {
        let text = self.fields.text("makePaymentToken", value)?;
        if text.is_empty() {
            self.fields.hints.push(Hint::of(Slip::MakePaymentTokenEmpty));
            return None;
        }
        let is_header_value = text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.trim_ascii() == text;
        if text.len() <= MAKE_PAYMENT_TOKEN_MAX_CHARS && is_header_value {
            return Some(Secret::new(text.into_owned()));
        }
        self.fields.invalid("makePaymentToken", "must be at most 255 characters of visible ASCII");
        None
    }

    fn payment_text(&mut self, value: Option<Scalar<'_>>) -> Option<String> {
        let text = self.fields.text_for_people("paymentText", value)?;
        Some(payment_text::taken(text, self.fields.hints).into_owned())
    }

    fn required_url<'de>(
        &mut self,
        name: &'static str,
        value: Option<Scalar<'de>>,
        code: ErrorCode,
    ) -> Option<Cow<'de, str>> {
        match self.fields.required(name, value)? {
            Scalar::Text(text) => return Some(text),
            Scalar::HalvedText(_) => self.url_fault(name, code, "the URL has half of a surrogate pair".to_owned()),
            other @ (Scalar::Null
            | Scalar::Bool(_)
            | Scalar::Integer(_)
            | Scalar::Fraction
            | Scalar::Array
            | Scalar::Object(_)) => {
                self.url_fault(name, code, format!("the URL must be a string, not {}", other.kind()));
            }
        }
        None
    }

    fn url_fault(&mut self, name: &'static str, code: ErrorCode, why: String) {
        self.fields.faults.push(Fault::at(code, name).hinting(Hint::between(Slip::Url, name, why)));
    }
}
