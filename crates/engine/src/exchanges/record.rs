//! One exchange: as it was ([`Observed`], with its secrets, only on its way to be masked) and as it is kept ([`Exchange`]).

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use lommebok_domain::{PaymentId, PspId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::outbound::Phases;

/// Which conversation an exchange belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Interface {
    /// A PSP asks the wallet; also what no endpoint takes.
    PspApi,
    /// A phone asks the wallet.
    AppApi,
    /// A browser on the landing page.
    Landing,
    /// The wallet's makePayment call.
    MakePayment,
    /// The wallet's notice to a PSP.
    Notice,
}

impl Interface {
    /// Whether the wallet asked.
    pub fn is_call_out(self) -> bool {
        matches!(self, Self::MakePayment | Self::Notice)
    }
}

/// Whose an exchange is, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Numbers", into = "Numbers")]
pub struct About {
    /// Whose exchange it is: no other tenant sees it.
    pub tenant: TenantId,
    /// Which conversation it belongs to.
    pub interface: Interface,
    /// Whose subscription key the request carried, or to which PSP a call went.
    pub psp: Option<PspId>,
    /// The payment, where the wallet's own number of it is known.
    pub payment: Option<PaymentId>,
    /// Which attempt of that payment a makePayment call was.
    pub attempt: Option<u32>,
}

impl About {
    /// What is known of every exchange.
    pub fn new(tenant: TenantId, interface: Interface) -> Self {
        Self { tenant, interface, psp: None, payment: None, attempt: None }
    }
}

/// [`About`] in a file: the domain's ids know nothing of files.
#[derive(Serialize, Deserialize)]
struct Numbers {
    tenant: i64,
    interface: Interface,
    psp: Option<i64>,
    payment: Option<i64>,
    attempt: Option<u32>,
}

impl From<About> for Numbers {
    fn from(About { tenant, interface, psp, payment, attempt }: About) -> Self {
        let (psp, payment) = (psp.map(PspId::get), payment.map(PaymentId::get));
        Self { tenant: tenant.get(), interface, psp, payment, attempt }
    }
}

impl From<Numbers> for About {
    fn from(Numbers { tenant, interface, psp, payment, attempt }: Numbers) -> Self {
        let (psp, payment) = (psp.map(PspId::new), payment.map(PaymentId::new));
        Self { tenant: TenantId::new(tenant), interface, psp, payment, attempt }
    }
}

/// Moments in a file, in ms.
mod moment {
    use lommebok_domain::Timestamp;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(at.as_millis())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(deserializer).map(Timestamp::from_millis)
    }
}

/// A request and its answer as they were. It has no `Debug`, because it holds secrets.
pub struct Observed {
    /// Whose it is, and what about.
    pub about: About,
    /// When the request came, in business time.
    pub at: Timestamp,
    /// Until the answer, in ms.
    pub ms: u64,
    /// The request's method.
    pub method: Method,
    /// What was asked.
    pub target: Target,
    /// Its headers.
    pub headers: ObservedHeaders,
    /// Its body.
    pub body: ObservedBody,
    /// The answer's status; none when a call out got no answer.
    pub status: Option<u16>,
    /// The answer's headers.
    pub answer_headers: ObservedHeaders,
    /// The answer's body.
    pub answer_body: ObservedBody,
    /// Why it was refused, where the table of errors says it.
    pub reason: Option<Reason>,
    /// How a call out went.
    pub call: Option<CallOut>,
}

/// How a call out went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallOut {
    /// Why no whole answer came in time, as it is stored with the payment.
    pub failure: Option<Cow<'static, str>>,
    /// What was made of the answer.
    pub outcome: String,
    /// Where the time went.
    pub phases: Phases,
}

/// What a request asks, and what is known of it.
pub enum Target {
    /// No endpoint has this path: it may hold anything.
    Unknown(Uri),
    /// An endpoint's, without a payment.
    Endpoint(Uri),
    /// An endpoint's, with this `pspTransactionId`.
    OfPayment(Uri, String),
    /// The whole address of a call out.
    Address(String),
}

/// Headers as they were seen.
pub enum ObservedHeaders {
    /// By name.
    Map(HeaderMap),
    /// A head of HTTP/1 as it went over the wire.
    Head(Zeroizing<Vec<u8>>),
}

/// A body as it was seen.
pub enum ObservedBody {
    /// All of it.
    Whole(Bytes),
    /// So many bytes were seen.
    Part {
        /// How many.
        bytes: u64,
        /// Why no more.
        why: NotShown,
    },
}

impl ObservedBody {
    /// How much memory it holds, in bytes.
    pub(super) fn held_bytes(&self) -> usize {
        match self {
            Self::Whole(body) => body.len(),
            Self::Part { .. } => 0,
        }
    }
}

/// Why a body is kept as kind and length only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotShown {
    /// It was not read to its end.
    Unread,
    /// It is longer than what is looked at.
    TooLong,
    /// It is gzip, or said to be encoded.
    Encoded,
    /// It is no JSON in UTF-8.
    NotJson,
}

/// Why a request was refused: a row of the table of errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The row's code.
    pub code: Cow<'static, str>,
    /// The row's text.
    pub message: Cow<'static, str>,
}

/// An exchange without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Its number; later ones have greater ones, also after a restart.
    pub id: u64,
    /// Whose it is, and what about.
    pub about: About,
    /// When the request came, in business time.
    #[serde(with = "moment")]
    pub at: Timestamp,
    /// Until the answer, in ms.
    pub ms: u64,
    /// The request's method.
    pub method: String,
    /// Its path, with the names in its query.
    pub path: String,
    /// The answer's status; none when a call out got no answer.
    pub status: Option<u16>,
    /// The payments that path and bodies name, by `pspTransactionId`.
    pub payments: Vec<String>,
    /// Why it was refused, where the table of errors says it.
    pub reason: Option<Reason>,
    /// What the answer hinted at.
    pub hint: Option<String>,
    /// How a call out went.
    pub call: Option<CallOut>,
    /// The request.
    pub request: Message,
    /// The answer.
    pub answer: Message,
}

impl Exchange {
    /// Whether the wallet refused the request.
    pub fn is_refused(&self) -> bool {
        !self.about.interface.is_call_out() && is_refusal(self.status)
    }

    /// About how much memory it takes.
    pub(super) fn size_bytes(&self) -> usize {
        /// An empty one, with its place in the memory.
        const EMPTY_BYTES: usize = 512;
        let texts = [&self.method, &self.path].map(String::len).iter().sum::<usize>();
        let payments: usize = self.payments.iter().map(|id| id.len().saturating_add(size_of::<String>())).sum();
        [
            texts,
            payments,
            self.hint.as_ref().map_or(0, String::len),
            self.call.as_ref().map_or(0, |call| call.outcome.len()),
            self.request.size_bytes(),
            self.answer.size_bytes(),
        ]
        .into_iter()
        .fold(EMPTY_BYTES, usize::saturating_add)
    }
}

/// Whether an answer says that something was wrong.
pub(super) fn is_refusal(status: Option<u16>) -> bool {
    status.is_some_and(|status| status >= 400)
}

/// Headers and body of a request or an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

impl Message {
    fn size_bytes(&self) -> usize {
        let header = |(name, value): &(String, String)| {
            name.len().saturating_add(value.len()).saturating_add(size_of::<(String, String)>())
        };
        let body = if let Body::Shown { text, .. } = &self.body { text.len() } else { 0 };
        self.headers.iter().map(header).fold(body, usize::saturating_add)
    }
}

/// A body as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// There was none.
    Empty,
    /// JSON, with `***` for what is secret.
    Shown {
        /// How long it was, in bytes.
        bytes: u64,
        /// The JSON.
        text: String,
    },
    /// Only that there was one.
    NotShown {
        /// How many bytes were seen of it.
        bytes: u64,
        /// Why it is not shown.
        why: NotShown,
    },
}
