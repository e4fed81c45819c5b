//! Network tokens: what the wallet asks for once per attempt, what it is given, and the sandbox's simulated token service (TSP).
//!
//! What must not be here: who may ask and when (`attempts`), the cryptogram's format (crate `psp-v3`), and any storage: a token and
//! its cryptogram live in the memory of one attempt. The simulated service is the only one there is. Nothing of the wallet names it; only
//! the sandbox's assembly makes one and wraps it into a `TokenSource`, so `serve`, which has no `TokenSource` to be built with, refuses to
//! start and says that its token service is missing.

mod magic;
mod simulated;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use lommebok_domain::{AttemptNumber, PaymentId, Terms};
use lommebok_psp_v3::make_payment::{NetworkToken, TokenType};
use lommebok_store::Card;
use lommebok_values::Secret;

pub use simulated::SimulatedTokens;

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

/// Why there is no token. Nothing was sent to the PSP, and asking again would not help.
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

/// A network token with the cryptogram of one use, as it was issued. Number and cryptogram are secrets: `Debug` masks them, and their
/// memory is wiped when it goes.
#[derive(Debug)]
pub struct IssuedToken {
    number: Secret,
    cryptogram: Secret,
    expiry_month: String,
    expiry_year: String,
    token_type: TokenType,
    bin_number: String,
}

impl IssuedToken {
    /// The first six digits of the *card*, not of the token.
    pub fn bin_number(&self) -> &str {
        &self.bin_number
    }

    /// What must show nowhere: the number and the cryptogram.
    pub fn secrets(&self) -> [&str; 2] {
        [self.number.expose(), self.cryptogram.expose()]
    }

    /// The token in the form of the wire.
    pub fn network_token(&self) -> NetworkToken<'_> {
        NetworkToken {
            number: self.number.expose(),
            expiry_month: &self.expiry_month,
            expiry_year: &self.expiry_year,
            cryptogram: self.cryptogram.expose(),
            token_type: self.token_type,
            eci: self.token_type.eci(),
        }
    }
}

type Issue = dyn Fn(&TokenRequest<'_>) -> Result<IssuedToken, TokenRefused> + Send + Sync;

/// A token service, as the wallet asks it: a seam, because the sandbox simulates it and production has its own. The wallet asks once
/// per attempt, after the approval is durable, and keeps nothing (ADR 0001).
#[derive(Clone)]
pub struct TokenSource(Arc<Issue>);

impl TokenSource {
    /// The service that `issue` asks.
    pub fn new(issue: impl Fn(&TokenRequest<'_>) -> Result<IssuedToken, TokenRefused> + Send + Sync + 'static) -> Self {
        Self(Arc::new(issue))
    }

    pub(crate) fn issue(&self, request: &TokenRequest<'_>) -> Result<IssuedToken, TokenRefused> {
        (self.0)(request)
    }
}

impl std::fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenSource(…)")
    }
}
