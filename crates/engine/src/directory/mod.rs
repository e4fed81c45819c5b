//! PSPs and their merchants.
//!
//! PSPs are kept as they are asked for (they change with the configuration, at a start); merchants too, and forgotten when they
//! are changed here.

mod merchants;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use lommebok_domain::{PspId, TenantId};
use lommebok_store::{KeyedHash, Psp, Store};

pub(crate) use merchants::MerchantsKept;
pub use merchants::{Directory, MERCHANTS_LISTED};

use crate::fault::Fault;

/// The PSP on whose behalf a request comes: its token, key and PSP-ID belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The closed world.
    pub tenant: TenantId,
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
    pub async fn by_subscription_key(
        &self,
        store: &Store,
        key: &str,
        hash: impl FnOnce(&str) -> KeyedHash,
    ) -> Result<Option<Arc<Psp>>, Fault> {
        if let Some(psp) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Ok(Some(Arc::clone(psp)));
        }
        let Some(psp) = store.psp_by_subscription_key(&hash(key)).await?.map(Arc::new) else { return Ok(None) };
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), Arc::clone(&psp));
        Ok(Some(psp))
    }
}
