//! One try to sign in: where it came from, and what it opens when the PIN was right.

use lommebok_domain::Timestamp;

use super::Session;
use crate::secret::KeyedHash;

/// One try to sign in. Whether it may be judged at all and how it counts is decided where it is written, one try after another, so
/// that of parallel guesses each counts. A locked one is answered with [`crate::CommitFault::PinLocked`] and changes nothing.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Where it came from.
    pub from: TriedFrom,
    /// When (business time).
    pub at: Timestamp,
    /// What the PIN was.
    pub pin: TriedPin,
}

/// Where a number was tried from. The hashes are bound to the number, and say neither it nor an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriedFrom {
    /// A browser that has signed this number's user in before: it has a count of its own.
    KnownBrowser(KeyedHash),
    /// Any other.
    Address {
        /// The number and this address.
        here: KeyedHash,
        /// The number and all unknown addresses together.
        anywhere: KeyedHash,
    },
}

/// What the PIN was.
#[derive(Clone, Debug)]
pub enum TriedPin {
    /// Wrong, or the number is nobody's: it is counted.
    Wrong,
    /// Right: the source's count ends, the session begins, and the browser is known from now on.
    Right {
        /// The session.
        session: Session,
        /// The browser, by the number and its cookie's random id.
        browser: KeyedHash,
    },
}

/// A change of the sessions.
#[derive(Clone, Debug)]
pub enum SessionWrite {
    /// Somebody tries to sign in.
    SignIn(Box<SignIn>),
    /// A user signed out. Repeating is harmless.
    Close(KeyedHash),
}
