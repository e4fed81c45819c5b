//! The requests of makePayment calls, as they were sent, kept by the wallet under test for your assertions.

use std::fmt;
use std::sync::Arc;

use lommebok_engine::outbound::{CallWatch, ShownCall};
use lommebok_sdk::{MerchantSerialNumber, PspTransactionId, Secret};
use serde::{Deserialize, Deserializer};
use tokio::sync::watch;

/// The request of a makePayment call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentRequest {
    /// Where it was posted: the `makePaymentUrl` of the init.
    pub url: String,
    /// Its `Authorization` header: the `makePaymentToken` of the init.
    pub authorization: Option<Secret>,
    /// Its body, byte for byte: JSON, for a parser or a server of your own.
    pub body: Secret,
    /// The body's fields.
    pub fields: SentFields,
}

/// The fields of a makePayment request, in the wire's words and spelling. A notice has the first four and no more.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SentFields {
    /// Your own id of the payment.
    pub psp_transaction_id: PspTransactionId,
    /// The merchant that sells.
    pub merchant_serial_number: MerchantSerialNumber,
    /// `ACCEPTED`, `USER_CANCEL` or `TIMEOUT`.
    pub payment_state: String,
    /// `TOKEN`.
    pub payment_instrument: String,
    /// The first six digits of the card (not of the token).
    pub bin_number: Option<String>,
    /// What is to be charged.
    pub network_token: Option<SentToken>,
    /// Where the 3-D Secure page sends the user.
    #[serde(default)]
    pub operations: Vec<SentOperation>,
}

/// The network token of a request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SentToken {
    /// 16 to 19 digits.
    #[serde(deserialize_with = "secret")]
    pub number: Secret,
    /// `MM`
    pub expiry_month: String,
    /// `YYYY`
    pub expiry_year: String,
    /// Base64 of 20 bytes, good for one authorisation.
    #[serde(deserialize_with = "secret")]
    pub cryptogram: Secret,
    /// `VISA` or `MASTERCARD`.
    pub token_type: String,
    /// `07` for Visa, `06` for Mastercard.
    pub eci: String,
}

/// One of the addresses for the end of 3-D Secure.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct SentOperation {
    /// `3dssuccess`, `3dscancel` or `3dsfailure`.
    pub operation: String,
    /// The address: any holder of it can end the step-up.
    #[serde(deserialize_with = "secret")]
    pub url: Secret,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

impl SentRequest {
    fn read(call: &ShownCall<'_>) -> Option<Self> {
        let body = String::from_utf8(call.body.to_vec()).ok()?;
        Some(Self {
            url: call.url.to_owned(),
            authorization: call.authorization.map(Secret::new),
            fields: serde_json::from_str(&body).ok()?,
            body: Secret::new(body),
        })
    }

    pub(crate) fn is_attempt(&self) -> bool {
        self.fields.payment_state == "ACCEPTED"
    }
}

/// All requests of one wallet, in the order in which they were made. Clones share them.
#[derive(Clone)]
pub(crate) struct Requests(Arc<watch::Sender<Vec<SentRequest>>>);

impl Requests {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Vec::new())))
    }

    /// What the wallet shows its calls to.
    pub(crate) fn watch(&self) -> CallWatch {
        let all = Arc::clone(&self.0);
        Arc::new(move |call| {
            if let Some(request) = SentRequest::read(call) {
                all.send_modify(|all| all.push(request));
            }
        })
    }

    /// Returns when an attempt of this payment is being sent.
    pub(crate) async fn attempted(&self, id: &PspTransactionId, msn: &str) {
        let is_its = |request: &SentRequest| request.is_attempt() && request.is_about(id, msn);
        // We hold the sender, so waiting can't fail.
        drop(self.0.subscribe().wait_for(|all| all.iter().any(is_its)).await);
    }

    pub(crate) fn about(&self, id: &PspTransactionId, msn: &str) -> Vec<SentRequest> {
        self.0.borrow().iter().filter(|request| request.is_about(id, msn)).cloned().collect()
    }
}

impl SentRequest {
    /// Whether it is about this payment: two PSPs may have an id in common, but no merchant.
    pub(crate) fn is_about(&self, id: &PspTransactionId, msn: &str) -> bool {
        self.fields.psp_transaction_id == *id && self.fields.merchant_serial_number.as_str() == msn
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Requests").field(&self.0.borrow().len()).finish()
    }
}
