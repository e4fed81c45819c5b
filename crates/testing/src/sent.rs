//! What the wallet sent to your PSP: each makePayment request with its fields, as they went over the wire.
//!
//! The wallet itself keeps no token; this one is shown its calls, because a test wants to see them. All values are invented
//! and end with the wallet, and still they are [`Secret`]s: a test that fails prints none into the log of a build, and one
//! that needs a value says `expose`.

use std::fmt;
use std::sync::Arc;

use lommebok_domain::{AttemptNumber, Event, EventKind, Failure, NoticeKind};
use lommebok_engine::outbound::{CallWatch, ShownCall};
use lommebok_sdk::{MerchantSerialNumber, PspTransactionId, Secret};
use serde::{Deserialize, Deserializer};
use tokio::sync::watch;

use crate::{TestError, TestWallet};

/// A makePayment call that the wallet made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// What the call was for.
    pub kind: SentKind,
    /// What was sent.
    pub request: SentRequest,
}

/// What a makePayment call was for. A [`Sent`] equals its kind, so a test may compare a list of the one with a list of the
/// other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SentKind {
    /// ACCEPTED, the first attempt: your PSP is being called, or may have got it. Not one that certainly never reached it.
    Accepted,
    /// ACCEPTED, the second attempt, in the same way.
    AcceptedAfterStepUp,
    /// USER_CANCEL, and your PSP answered it.
    Cancelled,
    /// TIMEOUT, and your PSP answered it.
    TimedOut,
    /// A notice that failed; it is sent again as time advances.
    NoticeFailed,
}

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
    /// The address: whoever has it can end the step-up.
    #[serde(deserialize_with = "secret")]
    pub url: Secret,
}

impl PartialEq<SentKind> for Sent {
    fn eq(&self, kind: &SentKind) -> bool {
        self.kind == *kind
    }
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

    fn is_attempt(&self) -> bool {
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

    fn about(&self, id: &PspTransactionId, msn: &str) -> Vec<SentRequest> {
        self.0.borrow().iter().filter(|request| request.is_about(id, msn)).cloned().collect()
    }
}

impl SentRequest {
    /// Whether it is about this payment: two PSPs may have an id in common, but no merchant.
    fn is_about(&self, id: &PspTransactionId, msn: &str) -> bool {
        self.fields.psp_transaction_id == *id && self.fields.merchant_serial_number.as_str() == msn
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Requests").field(&self.0.borrow().len()).finish()
    }
}

impl TestWallet {
    /// The makePayment calls about a payment, oldest first, each with its request.
    ///
    /// ```
    /// # async fn example(wallet: &lommebok_testing::TestWallet, id: lommebok_sdk::PspTransactionId)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// use lommebok_testing::SentKind;
    ///
    /// let sent = wallet.sent(&id)?;
    /// assert_eq!(sent, [SentKind::Accepted]);
    /// let token = sent[0].request.fields.network_token.as_ref().ok_or("an approval has a token")?;
    /// assert_eq!((token.token_type.as_str(), token.eci.as_str()), ("VISA", "07"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is no such payment.
    pub fn sent(&self, id: &PspTransactionId) -> Result<Vec<Sent>, TestError> {
        let payment = self.found(id)?;
        let events = self.wallet().store().events(self.wallet().tenant(), payment.id, payment.version);
        let events = events.map_err(|fault| TestError::Wallet(fault.to_string()))?;
        let requests = self.requests().about(id, payment.terms.msn.as_str());
        let (attempts, notices): (Vec<_>, Vec<_>) = requests.into_iter().partition(SentRequest::is_attempt);
        let (mut attempts, mut notices) = (attempts.into_iter(), notices.into_iter());
        let mut sent = Vec::new();
        for event in &events {
            if never_arrived(event) {
                // Nothing is sent while an attempt is open, so the attempt is the last.
                sent.pop();
            }
            let Some(kind) = kind(event) else { continue };
            let is_attempt = matches!(kind, SentKind::Accepted | SentKind::AcceptedAfterStepUp);
            sent.push((kind, if is_attempt { attempts.next() } else { notices.next() }));
        }
        // A try that found no free call to the PSP has no request.
        Ok(sent.into_iter().filter_map(|(kind, request)| Some(Sent { kind, request: request? })).collect())
    }
}

/// Whether an attempt ended here of which not one byte reached the PSP.
fn never_arrived(event: &Event) -> bool {
    let EventKind::Failed(Failure::Certain { cause }) = &event.kind else { return false };
    ["not_delivered", "not_sent"].contains(&cause.code.as_str())
}

fn kind(event: &Event) -> Option<SentKind> {
    match &event.kind {
        EventKind::AttemptOpened(AttemptNumber::One) => Some(SentKind::Accepted),
        EventKind::AttemptOpened(AttemptNumber::Two) => Some(SentKind::AcceptedAfterStepUp),
        EventKind::NoticeDelivered { kind: NoticeKind::UserCancel, .. } => Some(SentKind::Cancelled),
        EventKind::NoticeDelivered { kind: NoticeKind::Timeout, .. } => Some(SentKind::TimedOut),
        EventKind::NoticeFailed(_) | EventKind::NoticeGivenUp(_) => Some(SentKind::NoticeFailed),
        EventKind::Bound(_)
        | EventKind::Approved { .. }
        | EventKind::Reserved { .. }
        | EventKind::StepUpStarted(_)
        | EventKind::StepUpPassed
        | EventKind::Failed(_)
        | EventKind::Cancelled(_)
        | EventKind::Expired
        | EventKind::Captured { .. }
        | EventKind::Released { .. }
        | EventKind::Refunded { .. }
        | EventKind::OperationFailed { .. }
        | EventKind::NoEffect { .. }
        | EventKind::EntryParked
        | EventKind::WaitingEntryRefused(_)
        | EventKind::NoticeMoved { .. }
        | EventKind::LateAnswer(_) => None,
    }
}
