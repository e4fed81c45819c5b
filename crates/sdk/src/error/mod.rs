//! What can go wrong with a call, divided by what may have happened at the wallet; that is what decides what you may do.
//!
//! Each error says it in words, keeps its cause, and shows no secret. A newcomer's mistake: to take every error for a
//! refusal. After [`Error::MaybeSent`] and [`Error::Unreadable`] the payment may well exist: repeat the call with the
//! same idempotency key, or read the details.

mod refusal;

use std::fmt;
use std::sync::Arc;

pub use refusal::{Refusal, RefusalDetail};

use crate::InvalidValue;

/// Why a call did not succeed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// Nothing reached the wallet, by no try: nothing has changed there. Repeat it as you like.
    NotSent(NotSent),
    /// The request was sent, or may have been, and what came of it is not known. Repeat it with the same idempotency key.
    MaybeSent(MaybeSent),
    /// The wallet refused the request (a status of 400 to 499), and no try before it may have been taken: nothing has changed
    /// there.
    Refused(Box<Refusal>),
    /// The wallet answered, but not as the API says. It may have done what it was asked to.
    Unreadable(Unreadable),
}

impl Error {
    /// Whether the wallet may have done what it was asked to.
    pub fn may_have_taken_effect(&self) -> bool {
        match self {
            Self::NotSent(_) | Self::Refused(_) => false,
            Self::MaybeSent(_) | Self::Unreadable(_) => true,
        }
    }

    /// What the wallet said last, if it said anything: also for a 5xx, which is [`Error::MaybeSent`].
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) | Self::MaybeSent(MaybeSent::Failed(refusal)) => Some(refusal),
            Self::MaybeSent(MaybeSent::NotConfirmed { last, .. }) => last.refusal(),
            Self::NotSent(_) | Self::MaybeSent(MaybeSent::TimedOut | MaybeSent::Broken(_)) | Self::Unreadable(_) => {
                None
            }
        }
    }

    /// Whether the wallet refused the request with this `errorCode`, such as `44` (the pspTransactionId exists).
    pub fn has_code(&self, code: &str) -> bool {
        self.refusal().is_some_and(|refusal| refusal.has_code(code))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(why) => write!(f, "the request was not sent: {why}"),
            Self::MaybeSent(why) => write!(f, "what came of the request is not known: {why}"),
            Self::Refused(refusal) => write!(f, "the wallet refused the request: {refusal}"),
            Self::Unreadable(what) => write!(f, "the wallet's answer can't be read: {what}"),
        }
    }
}

impl std::error::Error for Error {
    /// What lies below; the level between is in the text already.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotSent(why) => std::error::Error::source(why),
            Self::MaybeSent(why) => std::error::Error::source(why),
            Self::Refused(_) | Self::Unreadable(_) => None,
        }
    }
}

impl From<InvalidValue> for Error {
    fn from(fault: InvalidValue) -> Self {
        Self::NotSent(NotSent::Invalid(fault))
    }
}

/// Why nothing was sent.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotSent {
    /// The request would have been refused for certain.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// There was no connection to send it on.
    #[error("no connection to the wallet")]
    Unreachable(#[source] Cause),
    /// The access token that the call needs could not be fetched.
    #[error("no access token: {0}")]
    NoAccessToken(Box<Error>),
}

/// Why the outcome of a call is unknown.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MaybeSent {
    /// No complete answer came in time.
    #[error("no answer in time")]
    TimedOut,
    /// The connection broke before the answer was complete.
    #[error("the connection broke")]
    Broken(#[source] Cause),
    /// The wallet, or something before it, failed (a status of 500 or more).
    #[error("the wallet failed: {0}")]
    Failed(Box<Refusal>),
    /// The last try was refused or not sent, but what came of an earlier one is not known. [`Error::refusal`] is the last
    /// one's.
    #[error("an earlier try may have taken effect; the last one: {last}")]
    NotConfirmed {
        /// Why it is not known.
        #[source]
        earlier: Box<Error>,
        /// What the last try came to.
        last: Box<Error>,
    },
}

/// What is wrong with an answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("status {status}: {reason}")]
pub struct Unreadable {
    pub(crate) status: u16,
    pub(crate) reason: String,
}

impl Unreadable {
    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        self.status
    }
}

/// An error of the machinery below (sockets, TLS), shared so that errors can be cloned.
#[derive(Clone, Debug)]
pub struct Cause(Arc<dyn std::error::Error + Send + Sync>);

impl Cause {
    /// Keeps an error as a cause.
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Arc::from(error.into()))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
