//! How a call ended, divided by one question: what could have reached the PSP?
//!
//! The three sides are `NotDelivered` (nothing did), `Answered` (a whole answer came back) and unknown (everything else). The codes are stored
//! with the payment and shown to operators: never change one, only add.

use bytes::Bytes;

use super::LateAnswer;

/// The end of one outgoing call.
#[derive(Debug)]
pub enum CallOutcome {
    /// No byte of the request was handed to a socket: the PSP cannot have acted.
    NotDelivered {
        /// Why not.
        cause: NotDeliveredCause,
    },
    /// A complete HTTP answer of any status came back in time.
    Answered(Answer),
    /// The request, or a part of it, left; no complete answer came back. The PSP may have acted.
    Unknown {
        /// What went wrong.
        cause: UnknownCause,
        /// The head of the answer, when at least that was complete.
        head: Option<AnswerHead>,
        /// How many bytes of the body came.
        body_bytes: usize,
    },
    /// The deadline came after the first byte of the request left ([`UnknownCause::Timeout`]). The PSP may have acted, and its answer may
    /// still come: await the handle to see it, or drop it to close the connection.
    TimedOut(LateAnswer),
}

impl CallOutcome {
    /// The stable code that is stored and shown; `answered` when the answer itself tells more.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotDelivered { cause } => cause.code(),
            Self::Answered(_) => "answered",
            Self::Unknown { cause, .. } => cause.code(),
            Self::TimedOut(_) => UnknownCause::Timeout.code(),
        }
    }
}

/// What the head of an answer says of it.
#[derive(Clone, PartialEq, Eq)]
pub struct AnswerHead {
    /// The HTTP status, 101 to 999 (other 1xx answers are interim and skipped).
    pub status: u16,
    /// The `Content-Type` header as sent, if there is one and it is text.
    pub content_type: Option<String>,
    /// The `Content-Encoding` header as sent, if there is one and it is text.
    pub content_encoding: Option<String>,
    /// The `Location` header as sent, if there is one and it is text. Nobody follows it.
    pub location: Option<String>,
}

impl std::fmt::Debug for AnswerHead {
    /// The headers stay out of logs: a hostile PSP may echo the token there too.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AnswerHead").field("status", &self.status).finish_non_exhaustive()
    }
}

/// A complete answer of the PSP, not yet understood.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// What its head says.
    pub head: AnswerHead,
    /// The whole body, at most [`MAX_ANSWER_BYTES`](super::MAX_ANSWER_BYTES), never decompressed.
    pub body: Bytes,
}

impl std::fmt::Debug for Answer {
    /// The body stays out of logs: a hostile PSP may echo the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("head", &self.head).field("body_bytes", &self.body.len()).finish()
    }
}

/// Why nothing reached the PSP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotDeliveredCause {
    /// The stored URL or authorization value cannot be sent (checked at init; seen here only if the rules became stricter since).
    UrlRefused,
    /// The address, or one of those that the name resolves to, is not allowed.
    AddressRefused,
    /// The name could not be resolved, or has no address.
    Dns,
    /// The deadline came during the name lookup.
    DnsTimeout,
    /// No address accepted a connection.
    Connect,
    /// The deadline came before any address accepted a connection.
    ConnectTimeout,
    /// The peer's certificate is expired, not trusted, or made out to another name.
    TlsCertificate,
    /// TLS failed otherwise: no common version, a broken or closed handshake.
    Tls,
    /// The deadline came during the TLS handshake.
    TlsTimeout,
    /// The connection was had too late for anything to be sent on it.
    TooLate,
}

impl NotDeliveredCause {
    /// Every cause, in the order in which they can come.
    pub const ALL: [Self; 10] = [
        Self::UrlRefused,
        Self::AddressRefused,
        Self::Dns,
        Self::DnsTimeout,
        Self::Connect,
        Self::ConnectTimeout,
        Self::TlsCertificate,
        Self::Tls,
        Self::TlsTimeout,
        Self::TooLate,
    ];

    /// The stable code that is stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::UrlRefused => "url_refused",
            Self::AddressRefused => "address_refused",
            Self::Dns => "dns",
            Self::DnsTimeout => "dns_timeout",
            Self::Connect => "connect",
            Self::ConnectTimeout => "connect_timeout",
            Self::TlsCertificate => "tls_certificate",
            Self::Tls => "tls",
            Self::TlsTimeout => "tls_timeout",
            Self::TooLate => "too_late",
        }
    }
}

/// Why no complete answer came back although the request may have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnknownCause {
    /// The deadline came first.
    Timeout,
    /// The connection was reset.
    Reset,
    /// The connection ended before the first byte of an answer.
    Closed,
    /// The connection ended inside the answer, or TLS ended without saying so.
    Truncated,
    /// The status line and headers exceed [`MAX_ANSWER_HEAD_BYTES`](super::MAX_ANSWER_HEAD_BYTES) or
    /// [`MAX_ANSWER_HEADERS`](super::MAX_ANSWER_HEADERS).
    HeadTooLarge,
    /// The body exceeds [`MAX_ANSWER_BYTES`](super::MAX_ANSWER_BYTES), or says that it will.
    BodyTooLarge,
    /// What came back is not HTTP/1, or its body is framed wrongly.
    NotHttp,
    /// The TLS session broke after the request was sent.
    TlsBroken,
    /// Anything else that ended the exchange.
    Broken,
}

impl UnknownCause {
    /// Every cause.
    pub const ALL: [Self; 9] = [
        Self::Timeout,
        Self::Reset,
        Self::Closed,
        Self::Truncated,
        Self::HeadTooLarge,
        Self::BodyTooLarge,
        Self::NotHttp,
        Self::TlsBroken,
        Self::Broken,
    ];

    /// The stable code that is stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Reset => "reset",
            Self::Closed => "closed",
            Self::Truncated => "truncated",
            Self::HeadTooLarge => "head_too_large",
            Self::BodyTooLarge => "body_too_large",
            Self::NotHttp => "not_http",
            Self::TlsBroken => "tls_broken",
            Self::Broken => "broken",
        }
    }
}
