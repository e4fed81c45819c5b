//! A request's idempotency key as the road needs it: hashed, with a keyed hash of the parsed request beside it.

use lommebok_domain::Timestamp;
use lommebok_store::{IdempotentRoute, KeyedHash, NewIdempotency};

use super::{Principal, Wallet};
use crate::keys::lookup::Purpose;

/// An idempotency key and the request that it protects.
#[derive(Clone, Copy, Debug)]
pub struct IdempotentRequest {
    route: IdempotentRoute,
    key: KeyedHash,
    request: KeyedHash,
}

impl IdempotentRequest {
    pub(crate) fn row(self, principal: Principal, at: Timestamp) -> NewIdempotency {
        NewIdempotency { psp: principal.psp, route: self.route, key: self.key, request: self.request, at }
    }
}

impl Wallet {
    /// The key `key` on `route`, protecting the request whose parsed form is `canonical`.
    pub fn idempotent_request(&self, route: IdempotentRoute, key: &str, canonical: &[u8]) -> IdempotentRequest {
        IdempotentRequest { route, key: self.request_hash(key.as_bytes()), request: self.request_hash(canonical) }
    }

    /// The keyed hash of a request, or of a part of one.
    pub(crate) fn request_hash(&self, bytes: &[u8]) -> KeyedHash {
        KeyedHash::new(*self.keys().lookup.hash(Purpose::Request, bytes).as_bytes())
    }
}
