//! A request's idempotency key as a commit needs it: hashed, with a keyed hash of the parsed request.

use std::sync::Arc;

use lommebok_domain::{TenantId, Timestamp};
use lommebok_store::{CommitFault, IdempotentRoute, KeyedHash, NewIdempotency, Store, StoredIdempotency};

use crate::directory::Principal;
use crate::fault::Fault;
use crate::keys::Keys;
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

/// The requests of one tenant that were answered under a key.
#[derive(Debug)]
pub struct Idempotency {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) keys: Arc<Keys>,
}

impl Idempotency {
    /// The key `key` on `route`, protecting the request whose parsed form has the hash `request`.
    pub fn request(&self, route: IdempotentRoute, key: &str, request: KeyedHash) -> IdempotentRequest {
        IdempotentRequest { route, key: self.hash(key.as_bytes()), request }
    }

    /// What was stored under this key for this very request: the same answer is due, whatever has changed since. The
    /// commit looks again, so this only saves the work and keeps later refusals out of a replay.
    pub(crate) async fn answered_before(
        &self,
        row: Option<&NewIdempotency>,
    ) -> Result<Option<StoredIdempotency>, Fault> {
        let Some(row) = row else { return Ok(None) };
        match self.store.idempotency(self.tenant, row).await? {
            Some(stored) if stored.request != row.request => Err(CommitFault::KeyConflict.into()),
            stored => Ok(stored),
        }
    }

    /// The keyed hash of a request, or of a part of one.
    pub fn hash(&self, bytes: &[u8]) -> KeyedHash {
        KeyedHash::new(*self.keys.lookup.hash(Purpose::Request, bytes).as_bytes())
    }
}
