//! What every endpoint needs: the wallets, the PSPs, the access tokens, and whether help may stand beside the wire.

use std::collections::BTreeMap;
use std::sync::Arc;

use lommebok_domain::TenantId;
use lommebok_store::{KeyedHash, Psp, Store};

use crate::access_token::AccessTokens;
use crate::chance::Chance;
use crate::keys::lookup::Purpose;
use crate::wallet::{Fault, Keys, Psps, Wallet};

/// What every endpoint needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Edge(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    wallets: BTreeMap<TenantId, Wallet>,
    store: Store,
    keys: Arc<Keys>,
    psps: Psps,
    access_tokens: AccessTokens,
    chance: Chance,
    shows_hints: bool,
}

impl Edge {
    /// The edge of these wallets, which share a store and keys. `shows_hints`: refusals carry `Lommebok-Hint`.
    pub fn new(
        wallets: Vec<Wallet>,
        (store, keys): (Store, Arc<Keys>),
        access_tokens: AccessTokens,
        chance: Chance,
        shows_hints: bool,
    ) -> Self {
        let wallets = wallets.into_iter().map(|wallet| (wallet.tenant(), wallet)).collect();
        Self(Arc::new(Inner { wallets, store, keys, psps: Psps::default(), access_tokens, chance, shows_hints }))
    }

    /// The wallet of a tenant.
    pub fn wallet(&self, tenant: TenantId) -> Option<&Wallet> {
        self.0.wallets.get(&tenant)
    }

    /// The wallet that is meant where no tenant is named: the first.
    pub fn first_wallet(&self) -> Option<&Wallet> {
        self.0.wallets.values().next()
    }

    /// The PSP with this subscription key.
    pub fn psp_by_subscription_key(&self, key: &str) -> Result<Option<Arc<Psp>>, Fault> {
        self.0.psps.by_subscription_key(&self.0.store, self.hash(Purpose::SubscriptionKey, key))
    }

    /// The PSP with this client id.
    pub fn psp_by_client_id(&self, client_id: &str) -> Result<Option<Psp>, Fault> {
        Ok(self.0.store.psp_by_client_id(&self.client_id_hash(client_id))?)
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

    /// Whether refusals carry a hint.
    pub fn shows_hints(&self) -> bool {
        self.0.shows_hints
    }

    /// A fresh request id.
    pub fn context_id(&self) -> String {
        self.0.chance.uuid().to_string()
    }
}

/// The keyed hash of a client id. Client ids are no secrets, but a database alone should not tell whose it is.
pub(crate) fn client_id_hash(keys: &Keys, client_id: &str) -> KeyedHash {
    let value = format!("client_id\0{client_id}");
    KeyedHash::new(*keys.lookup.hash(Purpose::ClientSecret, value.as_bytes()).as_bytes())
}
