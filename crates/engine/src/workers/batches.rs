//! The batch of updatestatus entries as due work: what it does is in `wallet/status_updates`.

use lommebok_domain::Timestamp;

use crate::wallet::{Fault, Wallet};

impl Wallet {
    /// Applies the batches that are due.
    pub(crate) async fn run_due_batches(&self, now: Timestamp) -> Result<(), Fault> {
        for batch in self.apply_due_batches(now).await? {
            tracing::info!(batch = batch.id.get(), entries = batch.count, "batch applied");
        }
        Ok(())
    }
}
