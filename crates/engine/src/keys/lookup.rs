//! Keyed hashes, by which secrets and phone numbers are found or compared without being stored: HMAC-SHA-256 with a pepper
//! that is not in the database. Each purpose hashes apart, so that equal values in two tables do not look alike.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::SecretBytes;

/// What a hash is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Finding a PSP by its `Ocp-Apim-Subscription-Key`.
    SubscriptionKey,
    /// Comparing a `client_secret`.
    ClientSecret,
    /// Finding a user by phone number, within a tenant.
    PhoneNumber,
    /// Comparing a user's PIN.
    Pin,
    /// Finding a phone session by its bearer token.
    Session,
    /// Finding what is known of a phone number and where its PIN was tried from, within a tenant.
    PinSource,
    /// Telling whether a request is the same as an earlier one under its idempotency key.
    Request,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::SubscriptionKey => b"subscription key\0",
            Self::ClientSecret => b"client secret\0",
            Self::PhoneNumber => b"phone number\0",
            Self::Pin => b"pin\0",
            Self::Session => b"session\0",
            Self::PinSource => b"pin source\0",
            Self::Request => b"request\0",
        }
    }
}

/// A keyed hash. `==` takes the same time wherever two differ.
#[derive(Clone, Copy)]
pub struct LookupHash([u8; 32]);

impl LookupHash {
    /// The hash that was stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to be stored.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for LookupHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for LookupHash {}

impl fmt::Debug for LookupHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupHash(…)")
    }
}

/// A pepper, ready to hash.
#[derive(Clone)]
pub struct LookupKey(Hmac<Sha256>);

impl LookupKey {
    /// The key with this pepper.
    pub fn new(pepper: &SecretBytes<32>) -> Self {
        Self(keyed(pepper))
    }

    /// The hash of `value` for `purpose`.
    pub fn hash(&self, purpose: Purpose, value: &[u8]) -> LookupHash {
        let mut mac = self.0.clone();
        mac.update(purpose.label());
        mac.update(value);
        LookupHash(mac.finalize().into_bytes().into())
    }

    /// The hash of `value` for `purpose` within something that has a number: a tenant's phone number, a user's PIN.
    pub fn hash_within(&self, purpose: Purpose, owner: i64, value: &[u8]) -> LookupHash {
        let mut mac = self.0.clone();
        mac.update(purpose.label());
        mac.update(&owner.to_be_bytes());
        mac.update(value);
        LookupHash(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for LookupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupKey(…)")
    }
}

/// An HMAC-SHA-256 that waits for its message.
pub(super) fn keyed(key: &SecretBytes<32>) -> Hmac<Sha256> {
    Hmac::new_from_slice(key.expose()).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> LookupKey {
        LookupKey::new(&SecretBytes::new([byte; 32]))
    }

    #[test]
    fn the_same_value_hashes_alike_for_the_same_purpose_only() {
        let key = key(1);
        let hash = key.hash(Purpose::PhoneNumber, b"12345678");
        assert_eq!(hash, key.hash(Purpose::PhoneNumber, b"12345678"));
        assert_ne!(hash, key.hash(Purpose::Session, b"12345678"));
        assert_ne!(hash, key.hash(Purpose::PhoneNumber, b"12345679"));
    }

    #[test]
    fn another_pepper_gives_another_hash() {
        assert_ne!(key(1).hash(Purpose::Pin, b"1236"), key(2).hash(Purpose::Pin, b"1236"));
    }

    #[test]
    fn the_same_number_in_two_tenants_does_not_look_alike() {
        let key = key(1);
        let first = key.hash_within(Purpose::PhoneNumber, 1, b"12345678");
        assert_ne!(first, key.hash_within(Purpose::PhoneNumber, 2, b"12345678"));
        assert_eq!(first, LookupHash::from_bytes(*first.as_bytes()));
    }

    #[test]
    fn neither_key_nor_hash_shows_itself() {
        let key = key(1);
        assert_eq!(format!("{key:?} {:?}", key.hash(Purpose::Pin, b"1236")), "LookupKey(…) LookupHash(…)");
    }
}
