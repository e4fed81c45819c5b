//! A PSP's merchants: made, changed, deactivated for good. Running payments of a deactivated merchant go on.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use lommebok_domain::MerchantStatus;
use lommebok_domain::{MerchantId, Msn, TenantId};
use lommebok_store::{CommitFault, Committed, Merchant, MerchantDetails, MerchantWrite, Psp, Store, Write};

use super::Principal;
use crate::clock::BusinessClock;
use crate::fault::Fault;
use crate::idempotency::IdempotentRequest;
use crate::tasks::Tasks;
use crate::writer::{Writer, decide_again};

/// Merchants that one PSP's list shows at most.
pub const MERCHANTS_LISTED: u32 = 10_000;
/// Merchants kept in memory at most; beyond that all are forgotten and asked for again.
const MERCHANTS_KEPT: usize = 10_000;

/// Merchants by serial number, as they were asked for.
#[derive(Debug, Default)]
pub(crate) struct MerchantsKept(RwLock<Kept>);

#[derive(Debug, Default)]
struct Kept {
    merchants: HashMap<Msn, Arc<Merchant>>,
    /// Rises when one is forgotten: what was read before is not kept then.
    forgotten: u64,
}

/// The PSPs and merchants of one tenant.
#[derive(Debug)]
pub struct Directory {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) writer: Arc<Writer>,
    pub(crate) clock: BusinessClock,
    pub(crate) tasks: Tasks,
    pub(crate) kept: MerchantsKept,
}

impl MerchantsKept {
    fn get(&self, msn: &Msn) -> Option<Arc<Merchant>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).merchants.get(msn).cloned()
    }

    fn forgotten(&self) -> u64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).forgotten
    }

    /// Keeps a merchant that was read when so many had been forgotten.
    fn keep(&self, merchant: &Arc<Merchant>, forgotten: u64) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.forgotten != forgotten {
            return;
        }
        if kept.merchants.len() >= MERCHANTS_KEPT {
            kept.merchants.clear();
        }
        kept.merchants.insert(merchant.msn.clone(), Arc::clone(merchant));
    }

    /// Forgets a merchant that has changed.
    fn forget(&self, msn: &Msn) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        kept.merchants.remove(msn);
        kept.forgotten = kept.forgotten.wrapping_add(1);
    }
}

impl Directory {
    pub async fn tenant_name(&self) -> Result<Option<String>, Fault> {
        Ok(self.store.tenant(self.tenant).await?.map(|tenant| tenant.name))
    }

    pub async fn psps(&self) -> Result<Vec<Psp>, Fault> {
        let mut psps = self.store.psps().await?;
        psps.retain(|psp| psp.tenant == self.tenant);
        Ok(psps)
    }

    /// The merchant that a payment belongs to, as it is now.
    pub async fn merchant(&self, msn: &Msn) -> Result<Option<Arc<Merchant>>, Fault> {
        if let Some(merchant) = self.kept.get(msn) {
            return Ok(Some(merchant));
        }
        let forgotten = self.kept.forgotten();
        let merchant = self.store.merchant_by_msn(self.tenant, msn).await?.map(Arc::new);
        if let Some(merchant) = &merchant {
            self.kept.keep(merchant, forgotten);
        }
        Ok(merchant)
    }

    /// The PSP's merchant `msn`; another PSP's is none.
    pub(crate) async fn merchant_of_psp(
        &self,
        principal: Principal,
        msn: &Msn,
    ) -> Result<Option<Arc<Merchant>>, Fault> {
        Ok(self.merchant(msn).await?.filter(|merchant| merchant.psp == principal.psp))
    }

    /// Whether `msn` is this PSP's merchant.
    pub async fn has_merchant(&self, principal: Principal, msn: &Msn) -> Result<bool, Fault> {
        Ok(self.merchant_of_psp(principal, msn).await?.is_some())
    }

    /// The merchant's name as the user reads it; the serial number when the merchant can't be read.
    pub async fn merchant_name(&self, msn: &Msn) -> String {
        match self.merchant(msn).await {
            Ok(Some(merchant)) => merchant.details.name.clone(),
            Ok(None) | Err(_) => msn.to_string(),
        }
    }

    /// The PSP's merchants, in the order in which they were made; at most `limit`.
    pub async fn merchants_of(&self, principal: Principal, limit: u32) -> Result<Vec<Merchant>, Fault> {
        Ok(self.store.merchants_of_psp(self.tenant, principal.psp, None, limit).await?)
    }

    /// The PSP's merchant `msn`, as it is now.
    ///
    /// # Errors
    /// [`Fault::UnknownMerchant`] also for another PSP's.
    pub async fn merchant_of(&self, principal: Principal, msn: &Msn) -> Result<Merchant, Fault> {
        let merchant = self.store.merchant_by_msn(self.tenant, msn).await?.ok_or(Fault::UnknownMerchant)?;
        if merchant.psp == principal.psp { Ok(merchant) } else { Err(Fault::UnknownMerchant) }
    }

    /// Makes a merchant; the wallet issues the serial number, six digits.
    ///
    /// # Errors
    /// What the store says; [`CommitFault::KeyConflict`] for a used idempotency key.
    pub async fn create_merchant(
        &self,
        principal: Principal,
        details: MerchantDetails,
        logo: Option<String>,
        idempotency: IdempotentRequest,
    ) -> Result<Msn, Fault> {
        let now = self.clock.moment();
        let write = MerchantWrite::New { psp: principal.psp, msn: None, details, logo, at: now.at };
        let (write, row) = (Write::Merchant(Box::new(write)), idempotency.row(principal, now.at));
        match self.writer.commit_once(write, now.epoch, Some(row)).await {
            Ok(Committed::Merchant(msn)) => Ok(msn),
            Ok(_) => Err(Fault::Busy),
            Err(Fault::Store(CommitFault::Replay(stored))) => {
                let before = MerchantId::new(stored.subject.saturating_sub(1));
                let made = self.store.merchants_of_psp(self.tenant, principal.psp, Some(before), 1).await?;
                let made = made.into_iter().find(|merchant| merchant.id.get() == stored.subject);
                made.map(|merchant| merchant.msn).ok_or(Fault::UnknownMerchant)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Changes a merchant: `edit` gets it as it is, and may be asked again after a lost race.
    ///
    /// # Errors
    /// [`Fault::UnknownMerchant`]; [`Fault::MerchantNotActive`] when it has been deactivated, which is for good.
    pub async fn update_merchant(
        self: &Arc<Self>,
        principal: Principal,
        msn: &Msn,
        edit: impl Fn(&Merchant) -> (MerchantDetails, Option<String>),
    ) -> Result<Arc<Merchant>, Fault> {
        decide_again(|| async {
            let before = self.merchant_of(principal, msn).await?;
            if before.details.status == MerchantStatus::Deactivated {
                return Err(Fault::MerchantNotActive);
            }
            let (details, logo) = edit(&before);
            let now = self.clock.moment();
            let guard_version = before.version;
            let write = MerchantWrite::Update { id: before.id, guard_version, details, logo, at: now.at };
            self.change_merchant(msn.clone(), write, now.epoch).await?;
            self.merchant(msn).await?.ok_or(Fault::UnknownMerchant)
        })
        .await
    }

    /// Commits a change and forgets what was remembered, to the end, also when the caller goes away: a merchant that is
    /// remembered as active would take inits until a restart.
    async fn change_merchant(self: &Arc<Self>, msn: Msn, write: MerchantWrite, epoch: i64) -> Result<(), Fault> {
        let directory = Arc::clone(self);
        self.tasks
            .to_the_end("commit", async move {
                let done = directory.writer.commit(Write::Merchant(Box::new(write)), epoch).await;
                // Also after a fault: a commit whose answer was lost may be there.
                directory.kept.forget(&msn);
                done.map(drop)
            })
            .await
    }
}
