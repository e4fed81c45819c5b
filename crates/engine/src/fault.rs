//! Why the wallet did not do what was asked. The edges map each to their own answer (`http/`); nothing here knows HTTP.

use lommebok_domain::Refusal;
use lommebok_store::{CommitFault, StoreError};

/// Why the wallet did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// No such payment, or not this caller's; one answer for both.
    #[error("no such payment")]
    NoSuchPayment,
    /// The rules of a payment refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The merchant is not active (`21`).
    #[error("the merchant is not available or active")]
    MerchantNotActive,
    /// The MSN is unknown or another PSP's.
    #[error("the merchant serial number is not valid for this PSP")]
    UnknownMerchant,
    /// The merchant may not skip the landing page.
    #[error("the merchant may not skip the landing page")]
    MayNotSkipLandingPage,
    /// The number has no user (`81`).
    #[error("the number belongs to no user")]
    UnknownUser,
    /// The card is not the user's, expired, or not eligible.
    #[error("the card can't be used")]
    CardNotUsable,
    /// The link is not one of ours, or not for this payment.
    #[error("the link is not valid")]
    UnknownLink,
    /// Number and PIN do not belong together.
    #[error("number or PIN is wrong")]
    WrongPin,
    /// Too many wrong PINs; try again later.
    #[error("too many wrong PINs; try again in {retry_after_s} s")]
    PinLocked {
        /// Seconds until the next try, at least 1.
        retry_after_s: i64,
    },
    /// The phone has too many open prompts of this PSP (429).
    #[error("the phone has as many open prompts of this PSP as it may have; the next in {retry_after_s} s")]
    TooManyPrompts {
        /// Seconds until the first of them ends by itself, at least 1.
        retry_after_s: u64,
    },
    /// The session is unknown or ended.
    #[error("not signed in")]
    NoSession,
    /// As many attempts wait to be begun as may; the same request may be sent again.
    #[error("too many attempts wait to be begun")]
    TooManyAttempts,
    /// Others were faster so often that we gave up; the same request may be sent again.
    #[error("too much happens to this payment at once")]
    Busy,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
    /// The committer's answer.
    #[error(transparent)]
    Store(#[from] CommitFault),
    /// The store failed.
    #[error("the store failed")]
    Read(#[from] StoreError),
    /// A secret could not be sealed or opened.
    #[error("a stored secret can't be read")]
    Secret,
}

impl From<crate::clock::Stopping> for Fault {
    fn from(_: crate::clock::Stopping) -> Self {
        Self::Stopping
    }
}

impl Fault {
    /// Whether the same may work in a moment: the store is in trouble, or others were faster.
    pub fn passes(&self) -> bool {
        match self {
            Self::Busy
            | Self::TooManyAttempts
            | Self::Read(_)
            | Self::Store(
                CommitFault::Unavailable(_) | CommitFault::Overloaded | CommitFault::Stale(_) | CommitFault::ClockReset,
            ) => true,
            Self::NoSuchPayment
            | Self::Refused(_)
            | Self::MerchantNotActive
            | Self::UnknownMerchant
            | Self::MayNotSkipLandingPage
            | Self::UnknownUser
            | Self::CardNotUsable
            | Self::UnknownLink
            | Self::WrongPin
            | Self::PinLocked { .. }
            | Self::TooManyPrompts { .. }
            | Self::NoSession
            | Self::Stopping
            | Self::Store(_)
            | Self::Secret => false,
        }
    }
}
