//! A PSP's merchants: made, changed, deactivated for good. Running payments of a deactivated merchant go on.

use std::sync::Arc;

use lommebok_domain::{MerchantId, Msn};
use lommebok_store::{Change, CommitFault, Committed, Merchant, MerchantDetails, MerchantStatus, MerchantWrite, Write};

use super::{Fault, IdempotentRequest, MAX_DECISIONS, Principal, Wallet};

/// Merchants that one PSP's list shows at most.
pub const MERCHANTS_LISTED: u32 = 10_000;

impl Wallet {
    /// The PSP's merchants, in the order in which they were made; at most `limit`.
    pub fn merchants_of(&self, principal: Principal, limit: u32) -> Result<Vec<Merchant>, Fault> {
        Ok(self.store().merchants_of_psp(self.tenant(), principal.psp, None, limit)?)
    }

    /// The PSP's merchant `msn`.
    ///
    /// # Errors
    /// [`Fault::UnknownMerchant`] also for another PSP's.
    pub fn merchant_of(&self, principal: Principal, msn: &Msn) -> Result<Merchant, Fault> {
        let merchant = self.store().merchant_by_msn(self.tenant(), msn)?.ok_or(Fault::UnknownMerchant)?;
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
        let now = self.clock().moment();
        let write = MerchantWrite::New { psp: principal.psp, msn: None, details, logo, at: now.at };
        let change = Change {
            change_id: self.change_id(),
            tenant: self.tenant(),
            clock_epoch: now.epoch,
            idempotency: Some(idempotency.row(principal, now.at)),
            write: Write::Merchant(Box::new(write)),
        };
        match self.store_change(change).await {
            Ok(Committed::Merchant(msn)) => Ok(msn),
            Ok(_) => Err(Fault::Busy),
            Err(Fault::Store(CommitFault::Replay(stored))) => {
                let before = MerchantId::new(stored.subject.saturating_sub(1));
                let made = self.store().merchants_of_psp(self.tenant(), principal.psp, Some(before), 1)?;
                let made = made.into_iter().find(|merchant| merchant.id.get() == stored.subject);
                made.map(|merchant| merchant.msn).ok_or(Fault::UnknownMerchant)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Changes a merchant: `edit` gets it as it is, and may be asked again when somebody else was faster.
    ///
    /// # Errors
    /// [`Fault::UnknownMerchant`]; [`Fault::MerchantNotActive`] when it has been deactivated, which is for good.
    pub async fn update_merchant(
        &self,
        principal: Principal,
        msn: &Msn,
        edit: impl Fn(&Merchant) -> (MerchantDetails, Option<String>),
    ) -> Result<Arc<Merchant>, Fault> {
        for _ in 0..MAX_DECISIONS {
            let before = self.merchant_of(principal, msn)?;
            if before.details.status == MerchantStatus::Deactivated {
                return Err(Fault::MerchantNotActive);
            }
            let (details, logo) = edit(&before);
            let now = self.clock().moment();
            let guard_version = before.version;
            let write = MerchantWrite::Update { id: before.id, guard_version, details, logo, at: now.at };
            match self.change_merchant(msn.clone(), write, now.epoch).await {
                Err(Fault::Store(fault)) if fault.is_outdated() => {}
                Err(fault) => return Err(fault),
                Ok(()) => return self.merchant(msn)?.ok_or(Fault::UnknownMerchant),
            }
        }
        Err(Fault::Busy)
    }

    /// Commits a change and forgets what was remembered, to the end, also when the caller goes away: a merchant that is
    /// remembered as active would take inits until a restart.
    async fn change_merchant(&self, msn: Msn, write: MerchantWrite, epoch: i64) -> Result<(), Fault> {
        let wallet = self.clone();
        self.tasks()
            .to_the_end("commit", async move {
                let done = wallet.commit(Write::Merchant(Box::new(write)), epoch).await;
                // Also after a fault: a commit whose answer was lost may be there.
                wallet.merchants().forget(&msn);
                done.map(drop)
            })
            .await
    }
}
