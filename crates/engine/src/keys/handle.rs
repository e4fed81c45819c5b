//! The landing token: a handle that names a payment and an expiry and carries an HMAC, so that nothing is stored for it.
//!
//! base64url(version 1 ‖ tenant 8 ‖ payment 8 ‖ expiry 8 ‖ the first 16 bytes of HMAC-SHA-256 over what is before), 55
//! characters. It shows a payment and asks for a number; it never authorises anything.
//! A newcomer's mistake: to refuse an expired handle here. Whether a link has expired is the payment's business.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use lommebok_domain::{PaymentId, TenantId, Timestamp};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use thiserror::Error;

use super::{SecretBytes, lookup};

const VERSION: u8 = 1;
const SIGNED_BYTES: usize = 25;
const MAC_BYTES: usize = 16;
const TOTAL_BYTES: usize = 41;
/// How long every handle is as text.
const TEXT_BYTES: usize = 55;

/// What a landing token says. Only [`HandleKey`] makes one from text, so its existence shows that we issued it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    /// The payment's tenant.
    pub tenant: TenantId,
    pub payment: PaymentId,
    /// Until when the link lives (business time).
    pub expiry: Timestamp,
}

/// The token is not ours. Malformed and forged get the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("unknown landing token")]
pub struct UnknownHandle;

/// Makes and reads landing tokens.
#[derive(Clone)]
pub struct HandleKey(Hmac<Sha256>);

impl HandleKey {
    pub fn new(key: &SecretBytes<32>) -> Self {
        Self(lookup::keyed(key))
    }

    /// The token for a handle; always the same for the same handle.
    pub fn make(&self, handle: Handle) -> String {
        let mut bytes = Vec::with_capacity(TOTAL_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&handle.tenant.get().to_be_bytes());
        bytes.extend_from_slice(&handle.payment.get().to_be_bytes());
        bytes.extend_from_slice(&handle.expiry.as_millis().to_be_bytes());
        let mac = self.mac(&bytes);
        bytes.extend_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The handle in a token. Only the one spelling that [`HandleKey::make`] gave is read.
    ///
    /// # Errors
    /// [`UnknownHandle`] for everything that we did not issue.
    pub fn read(&self, token: &str) -> Result<Handle, UnknownHandle> {
        if token.len() != TEXT_BYTES {
            return Err(UnknownHandle);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| UnknownHandle)?;
        let (signed, mac) = bytes.split_at_checked(SIGNED_BYTES).ok_or(UnknownHandle)?;
        if !bool::from(self.mac(signed).ct_eq(mac)) {
            return Err(UnknownHandle);
        }
        let (version, rest) = signed.split_first().ok_or(UnknownHandle)?;
        let (tenant, rest) = rest.split_first_chunk().ok_or(UnknownHandle)?;
        let (payment, rest) = rest.split_first_chunk().ok_or(UnknownHandle)?;
        let (expiry, _) = rest.split_first_chunk().ok_or(UnknownHandle)?;
        if *version != VERSION {
            return Err(UnknownHandle);
        }
        Ok(Handle {
            tenant: TenantId::new(i64::from_be_bytes(*tenant)),
            payment: PaymentId::new(i64::from_be_bytes(*payment)),
            expiry: Timestamp::from_millis(i64::from_be_bytes(*expiry)),
        })
    }

    fn mac(&self, signed: &[u8]) -> [u8; MAC_BYTES] {
        let mut mac = self.0.clone();
        mac.update(b"landing handle\0");
        mac.update(signed);
        let full = mac.finalize().into_bytes();
        *full.first_chunk().expect("an HMAC-SHA-256 has 32 bytes")
    }
}

impl fmt::Debug for HandleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandleKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> HandleKey {
        HandleKey::new(&SecretBytes::new([byte; 32]))
    }

    fn handle(payment: i64) -> Handle {
        Handle {
            tenant: TenantId::new(1),
            payment: PaymentId::new(payment),
            expiry: Timestamp::from_millis(1_700_000_000_000),
        }
    }

    #[test]
    fn a_token_reads_as_the_handle_that_it_was_made_for() {
        for payment in [0, 1, 255, 10_000_000, i64::MAX, -1] {
            let token = key(1).make(handle(payment));
            assert_eq!(token.len(), TEXT_BYTES);
            assert_eq!(key(1).read(&token), Ok(handle(payment)));
        }
    }

    #[test]
    fn no_single_character_may_be_changed() {
        let key = key(1);
        let token = key.make(handle(42));
        for position in 0..token.len() {
            for other in "Aa0-_=+/ .%\u{0}".chars() {
                let mut changed: Vec<char> = token.chars().collect();
                if changed[position] == other {
                    continue;
                }
                changed[position] = other;
                let changed: String = changed.into_iter().collect();
                assert_eq!(key.read(&changed), Err(UnknownHandle), "{changed}");
            }
        }
    }

    #[test]
    fn the_last_character_has_one_spelling_only() {
        let key = key(1);
        let token = key.make(handle(42));
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let read = alphabet.chars().filter(|last| key.read(&format!("{}{last}", &token[..TEXT_BYTES - 1])).is_ok());
        assert_eq!(read.count(), 1);
    }

    #[test]
    fn what_is_no_token_is_unknown() {
        let key = key(1);
        let token = key.make(handle(42));
        let long = "A".repeat(1_048_576);
        let strangers =
            ["", "A", &token[1..], &format!("{token}A"), &format!("{token}="), " ", "eyJhbGciOiJub25lIn0.e30.", &long];
        for stranger in strangers {
            assert_eq!(key.read(stranger), Err(UnknownHandle));
        }
    }

    #[test]
    fn another_key_does_not_read_it() {
        assert_eq!(key(2).read(&key(1).make(handle(42))), Err(UnknownHandle));
    }
}
