//! The cryptogram of our test tokens, 20 bytes: version `0x01`, the token's counter (4 bytes, big endian), and the first
//! 15 bytes of HMAC-SHA-256(test key, token ‖ counter ‖ amount ‖ `NOK`), where the token is its ASCII digits, the counter
//! the same 4 bytes, and the amount 8 bytes big endian, in øre. On the wire it is base64, 28 characters.
//!
//! The wallet makes it, a test acquirer verifies it; whether a counter was seen before is the acquirer's memory. The
//! vendor's magic cryptograms do not follow this format and are known by their tokens.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The length of a cryptogram, in bytes.
pub const CRYPTOGRAM_BYTES: usize = 20;
const VERSION: u8 = 0x01;
const CODE_BYTES: usize = 15;

/// A cryptogram, good for one authorisation.
#[derive(Clone, Copy)]
pub struct Cryptogram {
    counter: u32,
    code: [u8; CODE_BYTES],
}

/// What a cryptogram binds together.
#[derive(Clone, Copy)]
pub struct Bound<'a> {
    /// The network token, its digits.
    pub token: &'a str,
    /// The amount, in øre of NOK.
    pub amount: i64,
}

/// Why a text is not a cryptogram of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CryptogramFault {
    /// Not base64 of 20 bytes.
    #[error("the cryptogram is not base64 of 20 bytes")]
    NotTwentyBytes,
    /// Another version than `0x01`.
    #[error("the cryptogram's version is unknown")]
    UnknownVersion,
}

impl Cryptogram {
    /// Makes the cryptogram of a token's `counter`th use.
    pub fn make(key: &[u8], bound: Bound<'_>, counter: u32) -> Self {
        Self { counter, code: code(key, bound, counter) }
    }

    /// Reads a cryptogram, without judging it.
    pub fn parse(text: &str) -> Result<Self, CryptogramFault> {
        let bytes = STANDARD.decode(text).map_err(|_| CryptogramFault::NotTwentyBytes)?;
        let bytes: [u8; CRYPTOGRAM_BYTES] = bytes.try_into().map_err(|_| CryptogramFault::NotTwentyBytes)?;
        let [version, a, b, c, d, code @ ..] = bytes;
        if version != VERSION {
            return Err(CryptogramFault::UnknownVersion);
        }
        Ok(Self { counter: u32::from_be_bytes([a, b, c, d]), code })
    }

    /// Whether this is the cryptogram of that token, amount and counter under `key`; takes the same time for any answer.
    pub fn verify(&self, key: &[u8], bound: Bound<'_>) -> bool {
        code(key, bound, self.counter).ct_eq(&self.code).into()
    }

    /// Which use of the token this is.
    pub fn counter(&self) -> u32 {
        self.counter
    }

    /// The form on the wire: base64, 28 characters.
    pub fn to_base64(&self) -> String {
        let mut bytes = Vec::with_capacity(CRYPTOGRAM_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.counter.to_be_bytes());
        bytes.extend_from_slice(&self.code);
        STANDARD.encode(bytes)
    }
}

impl fmt::Debug for Cryptogram {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Cryptogram(…)")
    }
}

fn code(key: &[u8], bound: Bound<'_>, counter: u32) -> [u8; CODE_BYTES] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(bound.token.as_bytes());
    mac.update(&counter.to_be_bytes());
    mac.update(&bound.amount.to_be_bytes());
    mac.update(b"NOK");
    let mut code = [0; CODE_BYTES];
    for (place, byte) in code.iter_mut().zip(mac.finalize().into_bytes()) {
        *place = byte;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::{Bound, Cryptogram, CryptogramFault};

    const KEY: &[u8] = b"a key of the sandbox, 32 bytes..";
    const BOUND: Bound<'static> = Bound { token: "4895370013193500", amount: 49_900 };

    #[test]
    fn a_cryptogram_is_28_characters_and_is_verified_after_its_journey() {
        let text = Cryptogram::make(KEY, BOUND, 7).to_base64();
        assert_eq!(text.len(), 28);
        let read = Cryptogram::parse(&text).unwrap();
        assert_eq!(read.counter(), 7);
        assert!(read.verify(KEY, BOUND));
    }

    #[test]
    fn the_format_is_fixed_byte_for_byte() {
        assert_eq!(Cryptogram::make(KEY, BOUND, 1).to_base64(), "AQAAAAHJ5BD8B4RU8AOX7JwFYWA=");
    }

    #[test]
    fn another_token_amount_counter_or_key_is_not_verified() {
        let made = Cryptogram::make(KEY, BOUND, 7);
        assert!(!made.verify(KEY, Bound { token: "4895370013193501", ..BOUND }));
        assert!(!made.verify(KEY, Bound { amount: 49_901, ..BOUND }));
        assert!(!made.verify(b"another key", BOUND));
        assert!(!Cryptogram { counter: 8, ..made }.verify(KEY, BOUND));
    }

    #[test]
    fn what_is_not_20_bytes_of_version_1_is_no_cryptogram() {
        for text in ["", "x", "AQ==", "AQAAAAGqqqqqqqqqqqqqqqqqqqo", "AlhlvxmN2ZKuAAESNFZ4GoABFA== "] {
            assert_eq!(Cryptogram::parse(text).err(), Some(CryptogramFault::NotTwentyBytes), "{text}");
        }
        let vendors = Cryptogram::parse("uxToh3Ep6gsR8AAkvZALN19Iz34=").err();
        assert_eq!(vendors, Some(CryptogramFault::UnknownVersion));
    }
}
