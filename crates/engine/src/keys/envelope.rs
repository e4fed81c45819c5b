//! Sealing secrets at rest: AES-256-GCM, bound to the place of the value, so that a sealed value that is moved to
//! another row, column or tenant does not open.
//!
//! Sealed bytes: version 1 ‖ key id (4, big-endian) ‖ nonce (12) ‖ ciphertext ‖ tag (16).
//! Nonces are random; at 2^32 values under one key it is time for a new key.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use thiserror::Error;
use zeroize::Zeroizing;

use super::KeyEncryptionKey;
use crate::randomness::Randomness;

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
/// Version, key id and nonce.
const HEAD_BYTES: usize = 17;

/// The place of a sealed value. It opens nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    pub table: &'a str,
    /// The tenant's number.
    pub tenant: i64,
    /// What names the row for good: a number's big-endian bytes, or a natural key.
    pub row: &'a [u8],
    pub column: &'a str,
}

/// Why a sealed value did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpenFault {
    /// It is not in this module's form.
    #[error("not a sealed value of a known version")]
    Unreadable,
    /// It was sealed with a key that is not here.
    #[error("sealed with key {key_id}, which is not here")]
    OtherKey {
        /// The number of that key.
        key_id: u32,
    },
    /// It was changed, or is in a place where it was not sealed.
    #[error("changed, or moved from where it was sealed")]
    Forged,
}

/// Seals and opens. Cheap enough to share; holds the expanded key.
#[derive(Clone)]
pub struct Envelope {
    key_id: u32,
    cipher: Aes256Gcm,
    randomness: Randomness,
}

impl Envelope {
    /// An envelope under this key.
    pub fn new(key: &KeyEncryptionKey, randomness: Randomness) -> Self {
        Self { key_id: key.id, cipher: Aes256Gcm::new(key.key.expose().into()), randomness }
    }

    /// The sealed form of `plaintext` at `place`; another one each time.
    ///
    /// # Panics
    /// For a plaintext of more than 64 GiB, which the limits of every body keep away.
    pub fn seal(&self, place: Place<'_>, plaintext: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = self.randomness.bytes();
        let aad = associated_data(place, self.key_id);
        let ciphertext = self
            .cipher
            .encrypt(&Nonce::from(nonce), Payload { msg: plaintext, aad: &aad })
            .expect("AES-GCM refuses only messages of more than 64 GiB");
        let mut sealed = Vec::with_capacity(HEAD_BYTES.saturating_add(ciphertext.len()));
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.key_id.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    /// What was sealed at `place`.
    ///
    /// # Errors
    /// [`OpenFault`]; nothing of the plaintext comes out then.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenFault> {
        let (version, rest) = sealed.split_first().ok_or(OpenFault::Unreadable)?;
        let (key_id, rest) = rest.split_first_chunk().ok_or(OpenFault::Unreadable)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(OpenFault::Unreadable)?;
        if *version != VERSION {
            return Err(OpenFault::Unreadable);
        }
        let key_id = u32::from_be_bytes(*key_id);
        if key_id != self.key_id {
            return Err(OpenFault::OtherKey { key_id });
        }
        let aad = associated_data(place, key_id);
        self.cipher
            .decrypt(&Nonce::from(*nonce), Payload { msg: ciphertext, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| OpenFault::Forged)
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// table ‖ tenant ‖ row ‖ column ‖ key id; texts behind their length, so that no two places read alike.
fn associated_data(place: Place<'_>, key_id: u32) -> Vec<u8> {
    let mut data = Vec::with_capacity(96);
    push_text(&mut data, place.table.as_bytes());
    data.extend_from_slice(&place.tenant.to_be_bytes());
    push_text(&mut data, place.row);
    push_text(&mut data, place.column.as_bytes());
    data.extend_from_slice(&key_id.to_be_bytes());
    data
}

fn push_text(data: &mut Vec<u8>, text: &[u8]) {
    let length = u64::try_from(text.len()).expect("a length in memory fits 64 bits");
    data.extend_from_slice(&length.to_be_bytes());
    data.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SecretBytes;

    const PLACE: Place<'static> =
        Place { table: "payment_log", tenant: 1, row: &[0, 0, 0, 7], column: "make_payment_token" };

    fn envelope(id: u32) -> Envelope {
        let randomness = Randomness::seeded(3);
        Envelope::new(&KeyEncryptionKey { id, key: SecretBytes::random(&randomness) }, randomness)
    }

    #[test]
    fn what_is_sealed_opens_in_its_place() {
        let envelope = envelope(1);
        for plaintext in [&b""[..], b"Bearer token", &[7; 255]] {
            let sealed = envelope.seal(PLACE, plaintext);
            assert_eq!(envelope.open(PLACE, &sealed).unwrap().as_slice(), plaintext);
        }
    }

    #[test]
    fn sealing_twice_gives_two_forms() {
        let envelope = envelope(1);
        assert_ne!(envelope.seal(PLACE, b"x"), envelope.seal(PLACE, b"x"));
    }

    #[test]
    fn a_sealed_value_opens_in_no_other_place() {
        let envelope = envelope(1);
        let sealed = envelope.seal(PLACE, b"secret");
        let others = [
            Place { table: "payment", ..PLACE },
            Place { tenant: 2, ..PLACE },
            Place { row: &[0, 0, 0, 8], ..PLACE },
            Place { column: "token_number", ..PLACE },
            Place { table: "payment_logm", column: "ake_payment_token", ..PLACE },
        ];
        for other in others {
            assert_eq!(envelope.open(other, &sealed), Err(OpenFault::Forged), "{other:?}");
        }
    }

    #[test]
    fn no_single_bit_may_be_changed() {
        let envelope = envelope(1);
        let sealed = envelope.seal(PLACE, b"secret");
        for position in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[position] ^= 1 << bit;
                assert!(envelope.open(PLACE, &changed).is_err(), "byte {position}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_shortened_value_does_not_open() {
        let envelope = envelope(1);
        let sealed = envelope.seal(PLACE, b"secret");
        for length in 0..sealed.len() {
            assert!(envelope.open(PLACE, &sealed[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_value_sealed_with_another_key_names_that_key() {
        let sealed = envelope(2).seal(PLACE, b"secret");
        assert_eq!(envelope(1).open(PLACE, &sealed), Err(OpenFault::OtherKey { key_id: 2 }));
    }
}
