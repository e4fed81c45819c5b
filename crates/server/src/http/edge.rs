//! What every endpoint needs: the wallets, the PSPs, the access tokens, and whether answers may carry hints.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;

use lommebok_domain::TenantId;
use lommebok_engine::directory::Psps;
use lommebok_engine::fault::Fault;
use lommebok_engine::keys::Keys;
use lommebok_engine::keys::lookup::Purpose;
use lommebok_engine::randomness::Randomness;
use lommebok_engine::traffic::Arrivals;
use lommebok_engine::wallet::Wallet;
use lommebok_store::{KeyedHash, Psp, Store};

use super::rates::{RateLimits, Rates};
use crate::access_token::AccessTokens;
use lommebok_web::listener::body::{self, BodyFault};

/// What an edge is made of.
#[derive(Debug)]
pub struct EdgeParts {
    /// The wallets, one per tenant; they share the store and the keys.
    pub wallets: Vec<Arc<Wallet>>,
    /// Where PSPs are looked up.
    pub store: Store,
    /// What hashes their credentials.
    pub keys: Arc<Keys>,
    /// Issues and verifies access tokens.
    pub access_tokens: AccessTokens,
    /// Randomness, for request ids.
    pub randomness: Randomness,
    /// Whether refusals carry `Lommebok-Hint`.
    pub shows_hints: bool,
    /// Limits of bodies.
    pub body_limits: BodyLimits,
    /// How often one party may ask.
    pub rate_limits: RateLimits,
}

/// What every endpoint needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Edge(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    wallets: BTreeMap<TenantId, Arc<Wallet>>,
    store: Store,
    keys: Arc<Keys>,
    psps: Psps,
    access_tokens: AccessTokens,
    randomness: Randomness,
    shows_hints: bool,
    body_limits: BodyLimits,
    rates: Rates,
    arrivals: Arrivals,
}

/// How long a body may be, and how long it may take.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// Of every endpoint that has no limit of its own, in bytes.
    pub ordinary_bytes: usize,
    /// Of updatestatus and the merchants, in bytes.
    pub batch_bytes: usize,
    /// How long a client may take.
    pub wait: Duration,
}

impl Edge {
    pub fn new(parts: EdgeParts) -> Self {
        let wallets = parts.wallets.into_iter().map(|wallet| (wallet.tenant, wallet)).collect();
        Self(Arc::new(Inner {
            wallets,
            store: parts.store,
            keys: parts.keys,
            psps: Psps::default(),
            access_tokens: parts.access_tokens,
            randomness: parts.randomness,
            shows_hints: parts.shows_hints,
            body_limits: parts.body_limits,
            rates: Rates::new(parts.rate_limits),
            arrivals: Arrivals::default(),
        }))
    }

    /// Reads a body of an ordinary endpoint.
    pub(crate) async fn body(&self, body: Body) -> Result<Bytes, BodyFault> {
        let limits = self.0.body_limits;
        body::collect_within(body, limits.ordinary_bytes, limits.wait).await
    }

    /// Reads a body of updatestatus or of the merchants.
    pub(crate) async fn batch_body(&self, body: Body) -> Result<Bytes, BodyFault> {
        let limits = self.0.body_limits;
        body::collect_within(body, limits.batch_bytes, limits.wait).await
    }

    /// The wallet of a tenant.
    pub fn wallet(&self, tenant: TenantId) -> Option<&Arc<Wallet>> {
        self.0.wallets.get(&tenant)
    }

    /// The wallet that is meant where no tenant is named: the first.
    pub fn first_wallet(&self) -> Option<&Arc<Wallet>> {
        self.0.wallets.values().next()
    }

    /// The PSP with this subscription key.
    pub async fn psp_by_subscription_key(&self, key: &str) -> Result<Option<Arc<Psp>>, Fault> {
        let hash = |key: &str| self.hash(Purpose::SubscriptionKey, key);
        self.0.psps.by_subscription_key(&self.0.store, key, hash).await
    }

    /// The PSP with this client id.
    pub async fn psp_by_client_id(&self, client_id: &str) -> Result<Option<Psp>, Fault> {
        Ok(self.0.store.psp_by_client_id(&self.client_id_hash(client_id)).await?)
    }

    /// The keyed hash of a client id, as it is stored.
    pub fn client_id_hash(&self, client_id: &str) -> KeyedHash {
        client_id_hash(&self.0.keys, client_id)
    }

    /// The keyed hash of a secret or key for `purpose`, as it is stored.
    pub fn hash(&self, purpose: Purpose, value: &str) -> KeyedHash {
        KeyedHash::new(*self.0.keys.lookup.hash(purpose, value.as_bytes()).as_bytes())
    }

    /// Issues and verifies access tokens.
    pub fn access_tokens(&self) -> &AccessTokens {
        &self.0.access_tokens
    }

    /// Counts how often each party asks.
    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    /// The requests whose credentials are being checked.
    pub(crate) fn arrivals(&self) -> &Arrivals {
        &self.0.arrivals
    }

    /// Whether refusals carry a hint.
    pub fn shows_hints(&self) -> bool {
        self.0.shows_hints
    }

    /// A fresh request id.
    pub fn context_id(&self) -> String {
        self.0.randomness.uuid().to_string()
    }
}

/// The keyed hash of a client id. Client ids are no secrets, but a database alone should not tell whose it is.
pub(crate) fn client_id_hash(keys: &Keys, client_id: &str) -> KeyedHash {
    let value = format!("client_id\0{client_id}");
    KeyedHash::new(*keys.lookup.hash(Purpose::ClientSecret, value.as_bytes()).as_bytes())
}
