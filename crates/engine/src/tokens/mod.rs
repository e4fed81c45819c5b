//! Network tokens: what the wallet asks for once per attempt, what it is given, and the sandbox's simulated token service (TSP).
//!
//! What must not be here: who may ask and when (`attempts`), the cryptogram's format (crate `api`), and any storage: a token and
//! its cryptogram live in the memory of one attempt. The simulated service is the only one there is. Nothing of the wallet names it; only
//! the sandbox's assembly makes one and wraps it into a `TokenSource`, so `serve`, which has no `TokenSource` to be built with, refuses to
//! start and says that its token service is missing.

mod issued;
mod magic;
mod simulated;
mod source;

#[cfg(test)]
mod tests;

use lommebok_domain::{AttemptNumber, PaymentId, Terms};
use lommebok_store::Card;

pub use issued::IssuedToken;
pub use simulated::SimulatedTokens;
pub use source::TokenSource;

/// The token for amounts without a rule in the magic table (docs/domain.md §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MagicTokens {
    /// A fresh, valid token of the chosen card.
    Card,
    /// The vendor's: expired, with a cryptogram of 19 bytes.
    Vendor,
}

/// What a token is asked for. The caller has checked that the user approved and that the card is usable.
#[derive(Debug, Clone, Copy)]
pub struct TokenRequest<'a> {
    /// The payment's terms: tenant, merchant and amount decide the token and its cryptogram.
    pub terms: &'a Terms,
    /// The card that the user chose.
    pub card: &'a Card,
    /// The payment's number: with `attempt` it makes each cryptogram another one.
    pub payment: PaymentId,
    /// Which attempt the token is for.
    pub attempt: AttemptNumber,
}

/// Why no token is to be had. Nothing was sent to the PSP, and asking again would not help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// The card's issuer does not let it be tokenised; in the sandbox also the magic amount 3100.
    #[error("no network token can be had for this card")]
    NotEligible,
}

impl TokenRefused {
    /// The stable code that is stored and shown.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotEligible => "not_eligible",
        }
    }
}
