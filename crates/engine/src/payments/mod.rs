//! A tenant's payments: loading, deciding, committing and reading them. Every command on a payment, from wherever it comes, goes
//! through here.
//!
//! Not here: what a payment may become (crate `domain`), SQL (crate `store`). A newcomer's mistake: to keep a payment in memory
//! between two requests. Load it, decide, commit; others do the same.

mod commit;
mod read;
mod waiting;

use std::sync::Arc;

use lommebok_domain::{Payment, PaymentId, TenantId};
use lommebok_store::Store;

use crate::after_commit::AfterCommit;
use crate::clock::{BusinessClock, TimeGate};
use crate::fault::Fault;
use crate::tasks::Tasks;
use crate::traffic::Traffic;
use crate::writer::Writer;

pub(crate) use commit::Decided;
pub use read::{OpenPayments, RECEIPTS_PER_PAGE};
pub use waiting::Awaited;

#[cfg(test)]
mod tests;

/// The payments of one tenant.
#[derive(Debug)]
pub struct Payments {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) writer: Arc<Writer>,
    pub(crate) clock: BusinessClock,
    pub(crate) gate: Arc<TimeGate>,
    pub(crate) tasks: Tasks,
    pub(crate) after: AfterCommit,
    pub(crate) traffic: Traffic,
}

impl Payments {
    /// The payment as it is stored.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`] also for a payment of another tenant.
    pub async fn load(&self, id: PaymentId) -> Result<Payment, Fault> {
        self.store.payment(self.tenant, id).await?.ok_or(Fault::NoSuchPayment)
    }
}
