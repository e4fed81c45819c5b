//! One exchange: as it was ([`Observed`], with its secrets, only on its way to be masked) and as it is kept ([`Exchange`]).

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use lommebok_domain::{PaymentId, PspId, TenantId, Timestamp};

/// Which conversation an exchange belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Its target.
    pub uri: Uri,
    /// The id in the path of an endpoint, or that no endpoint has this path.
    pub path: ObservedPath,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: ObservedBody,
    /// The answer's status; none when a call out got no answer.
    pub status: Option<u16>,
    /// The answer's headers.
    pub answer_headers: HeaderMap,
    /// The answer's body.
    pub answer_body: ObservedBody,
    /// Why it was refused, where the table of errors says it.
    pub reason: Option<Reason>,
}

/// What is known of a path.
pub enum ObservedPath {
    /// No endpoint has it: it may hold anything.
    Unknown,
    /// An endpoint's, without a payment.
    Known,
    /// An endpoint's, with this `pspTransactionId`.
    OfPayment(String),
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The row's code.
    pub code: &'static str,
    /// The row's text.
    pub message: &'static str,
}

/// An exchange without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Its number; later ones have greater ones, also after a restart.
    pub id: u64,
    /// Whose it is, and what about.
    pub about: About,
    /// When the request came, in business time.
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
