//! A token as it was issued. Its number and cryptogram are secrets: `Debug` masks them, and their memory is wiped when it goes.

use lommebok_api::make_payment::{NetworkToken, TokenType};
use lommebok_api::secret::Secret;

/// A network token with the cryptogram of one use.
#[derive(Debug)]
pub struct IssuedToken {
    pub(super) number: Secret,
    pub(super) cryptogram: Secret,
    pub(super) expiry_month: String,
    pub(super) expiry_year: String,
    pub(super) token_type: TokenType,
    pub(super) bin_number: String,
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
