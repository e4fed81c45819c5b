//! The sandbox's token service: tokens without a scheme behind them, good for the sample acquirer and for nothing else.
//!
//! A token's number is computed, not stored: stable per card and merchant, of a token range, and never a card's number (the wallet does not
//! know any). Its cryptogram is bound to the amount and to this use. Forgetting the key changes every token.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lommebok_domain::CardScheme;
use lommebok_domain::{AttemptNumber, PaymentId};
use lommebok_psp_v3::cryptogram::{Bound, Cryptogram};
use lommebok_psp_v3::make_payment::TokenType;
use lommebok_store::Card;
use lommebok_values::Secret;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::magic::{Magic, MagicToken, NUMBERS, VENDOR_DEFAULT, magic};
use super::{IssuedToken, MagicTokens, TokenRefused, TokenRequest};

/// The digits of a token between its range and its check digit.
const SERIAL_DIGITS: usize = 9;

/// The simulated token service.
pub struct SimulatedTokens {
    key: Zeroizing<[u8; 32]>,
    magic: MagicTokens,
}

impl SimulatedTokens {
    /// A service whose cryptograms are made with the test key `key`, which the sample acquirer knows too.
    pub fn new(key: &[u8; 32], magic: MagicTokens) -> Self {
        Self { key: Zeroizing::new(*key), magic }
    }

    /// The token for one attempt, with a cryptogram of its own. Asking twice for the same attempt gives the same again.
    pub fn issue(&self, request: &TokenRequest<'_>) -> Result<IssuedToken, TokenRefused> {
        let amount = request.terms.amount.ore();
        match magic(amount) {
            Magic::NotEligible => return Err(TokenRefused::NotEligible),
            Magic::Token(token) => return Ok(from_table(token, request.card)),
            Magic::None if !request.card.details.eligible => return Err(TokenRefused::NotEligible),
            Magic::None if self.magic == MagicTokens::Vendor => return Ok(from_table(VENDOR_DEFAULT, request.card)),
            Magic::None => {}
        }
        let number = self.number(request);
        let bound = Bound { token: number.expose(), amount };
        let cryptogram = Cryptogram::make(self.key.as_slice(), bound, counter(request.payment, request.attempt));
        Ok(IssuedToken {
            cryptogram: Secret::new(cryptogram.to_base64()),
            number,
            expiry_month: format!("{:02}", request.card.details.expiry_month),
            expiry_year: format!("{:04}", request.card.details.expiry_year),
            token_type: token_type(request.card),
            bin_number: request.card.details.bin.clone(),
        })
    }

    /// The number of this card's token at this merchant.
    fn number(&self, request: &TokenRequest<'_>) -> Secret {
        let range = match request.card.details.scheme {
            CardScheme::Visa => "489537",
            CardScheme::Mastercard => "522660",
        };
        // The table's numbers lie in the same ranges: a computed one that met them would not be checked. One in a billion is the second try.
        let mut numbers =
            (0_u8..=u8::MAX).map(|round| with_check_digit(format!("{range}{}", self.serial(request, round))));
        let number = numbers.find(|number| !NUMBERS.contains(&number.as_str()));
        Secret::new(number.expect("256 serials of the same card are not all among six numbers"))
    }

    fn serial(&self, request: &TokenRequest<'_>, round: u8) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_slice()).expect("HMAC takes keys of every length");
        mac.update(b"network token number");
        mac.update(&[round]);
        mac.update(&request.terms.tenant.get().to_be_bytes());
        mac.update(&request.card.id.get().to_be_bytes());
        mac.update(request.terms.msn.as_str().as_bytes());
        mac.finalize()
            .into_bytes()
            .iter()
            .take(SERIAL_DIGITS)
            .map(|byte| char::from(b'0'.saturating_add(byte % 10)))
            .collect()
    }
}

impl fmt::Debug for SimulatedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatedTokens").field("magic", &self.magic).finish_non_exhaustive()
    }
}

fn from_table(token: MagicToken, card: &Card) -> IssuedToken {
    IssuedToken {
        number: Secret::new(token.number.to_owned()),
        cryptogram: Secret::new(token.cryptogram.to_owned()),
        expiry_month: token.expiry_month.to_owned(),
        expiry_year: token.expiry_year.to_owned(),
        token_type: token.token_type,
        bin_number: card.details.bin.clone(),
    }
}

fn token_type(card: &Card) -> TokenType {
    match card.details.scheme {
        CardScheme::Visa => TokenType::Visa,
        CardScheme::Mastercard => TokenType::Mastercard,
    }
}

/// Which use of its token this is: another number for each attempt of each payment, so that no counter has to be stored. It begins again
/// after two billion payments.
fn counter(payment: PaymentId, attempt: AttemptNumber) -> u32 {
    let uses = payment.get().wrapping_mul(2).wrapping_add(attempt.get().saturating_sub(1));
    let [_, _, _, _, a, b, c, d] = uses.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// `digits` with their Luhn check digit.
fn with_check_digit(mut digits: String) -> String {
    let sum = digits.bytes().rev().enumerate().fold(0_u32, |sum, (place, digit)| {
        let digit = u32::from(digit.saturating_sub(b'0'));
        let doubled = digit.saturating_mul(2);
        let counted = if place % 2 == 1 { digit } else { (doubled / 10).saturating_add(doubled % 10) };
        sum.saturating_add(counted)
    });
    let check = (10_u32.saturating_sub(sum % 10)) % 10;
    digits.push(char::from_digit(check, 10).expect("a remainder of ten is a digit"));
    digits
}
