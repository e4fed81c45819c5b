//! Who there is: PSPs, their merchants, users and cards.
//!
//! PSPs are read at the start and kept (they change with the configuration). Merchants are kept as they are asked for and
//! forgotten when they are changed here. Users and cards are read each time.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use lommebok_domain::{CardId, Msn, PhoneNumber, PspId, TenantId};
use lommebok_store::{Card, KeyedHash, Merchant, Psp, Store, User};

use super::{Fault, Wallet};
use crate::keys::lookup::Purpose;

/// Merchants kept in memory at most; beyond that all are forgotten and asked for again.
const MERCHANTS_KEPT: usize = 10_000;

/// The PSP on whose behalf a request comes: its token, key and PSP-ID belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The closed world.
    pub tenant: TenantId,
    /// The PSP.
    pub psp: PspId,
}

/// PSPs by their subscription keys, as they were asked for. A PSP's credentials change with the configuration, at a start.
#[derive(Default)]
pub struct Psps(RwLock<HashMap<String, Arc<Psp>>>);

impl fmt::Debug for Psps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Psps(…)")
    }
}

impl Psps {
    /// The PSP with this subscription key, primary or secondary. It is stored under the key's `hash`, which is made only for
    /// one that is not known yet.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn by_subscription_key(
        &self,
        store: &Store,
        key: &str,
        hash: impl FnOnce(&str) -> KeyedHash,
    ) -> Result<Option<Arc<Psp>>, Fault> {
        if let Some(psp) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Ok(Some(Arc::clone(psp)));
        }
        let Some(psp) = store.psp_by_subscription_key(&hash(key))?.map(Arc::new) else { return Ok(None) };
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), Arc::clone(&psp));
        Ok(Some(psp))
    }
}

/// Merchants by MSN, as they were asked for.
#[derive(Debug, Default)]
pub struct Merchants(RwLock<HashMap<Msn, Arc<Merchant>>>);

impl Merchants {
    /// The PSP's merchant `msn`; another PSP's is none.
    pub(crate) fn of_psp(
        &self,
        store: &Store,
        principal: Principal,
        msn: &Msn,
    ) -> Result<Option<Arc<Merchant>>, Fault> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).get(msn).cloned();
        let merchant = match kept {
            Some(merchant) => Some(merchant),
            None => self.read(store, principal.tenant, msn)?,
        };
        Ok(merchant.filter(|merchant| merchant.psp == principal.psp))
    }

    fn read(&self, store: &Store, tenant: TenantId, msn: &Msn) -> Result<Option<Arc<Merchant>>, Fault> {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(merchant) = store.merchant_by_msn(tenant, msn)?.map(Arc::new) else { return Ok(None) };
        if kept.len() >= MERCHANTS_KEPT {
            kept.clear();
        }
        kept.insert(msn.clone(), Arc::clone(&merchant));
        Ok(Some(merchant))
    }

    /// Forgets a merchant that has changed.
    pub(crate) fn forget(&self, msn: &Msn) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(msn);
    }
}

impl Wallet {
    /// The merchant that a payment belongs to, as it is now.
    pub fn merchant(&self, msn: &Msn) -> Result<Option<Arc<Merchant>>, Fault> {
        let kept = self.merchants().0.read().unwrap_or_else(PoisonError::into_inner).get(msn).cloned();
        match kept {
            Some(merchant) => Ok(Some(merchant)),
            None => self.merchants().read(self.store(), self.tenant(), msn),
        }
    }

    /// Whether `msn` is this PSP's merchant.
    pub fn has_merchant(&self, principal: Principal, msn: &Msn) -> Result<bool, Fault> {
        Ok(self.merchants().of_psp(self.store(), principal, msn)?.is_some())
    }

    /// The user with this number.
    pub(crate) fn user_by_number(&self, number: &PhoneNumber) -> Result<Option<User>, Fault> {
        let tenant = self.tenant();
        let hash = self.keys().lookup.hash_within(Purpose::PhoneNumber, tenant.get(), number.as_str().as_bytes());
        Ok(self.store().user_by_phone(tenant, &KeyedHash::new(*hash.as_bytes()))?)
    }

    pub fn card(&self, id: CardId) -> Result<Card, Fault> {
        self.store().card(self.tenant(), id)?.ok_or(Fault::CardNotUsable)
    }
}
