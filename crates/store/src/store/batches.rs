//! Reads of updatestatus requests, their entries and what became of them, and of entries that wait.

use lommebok_domain::{PaymentId, TenantId};

use super::Store;
use crate::batch::{Batch, BatchEntry, BatchId, BatchRefusal, Fate, WaitingEntry};
use crate::fault::StoreError;
use crate::sqlite::read;

impl Store {
    pub async fn batch(&self, tenant: TenantId, id: BatchId) -> Result<Option<Batch>, StoreError> {
        self.read(|connection| read::batch::by_id(connection, tenant, id)).await
    }

    /// The batches that are not finished, in the order of acceptance; at most `limit`.
    pub async fn pending_batches(&self, tenant: TenantId, limit: u32) -> Result<Vec<Batch>, StoreError> {
        self.read(|connection| read::batch::pending(connection, tenant, limit)).await
    }

    /// Batches, newest first, older than `before`; at most `limit`.
    pub async fn batches(
        &self,
        tenant: TenantId,
        before: Option<BatchId>,
        limit: u32,
    ) -> Result<Vec<Batch>, StoreError> {
        self.read(|connection| read::batch::newest(connection, tenant, before, limit)).await
    }

    /// The entries of a batch, in their order: all, or the first [`crate::ENTRIES_KEPT`] without their texts when all are
    /// processed.
    pub async fn batch_entries(&self, tenant: TenantId, id: BatchId) -> Result<Vec<BatchEntry>, StoreError> {
        self.read(|connection| read::batch::entries(connection, tenant, id)).await
    }

    /// What became of the entries of a batch that are processed, from position `from` on; at most `limit`.
    pub async fn batch_fates(
        &self,
        tenant: TenantId,
        id: BatchId,
        from: u32,
        limit: u32,
    ) -> Result<Vec<Fate>, StoreError> {
        self.read(|connection| read::batch::fates(connection, tenant, id, from, limit)).await
    }

    /// The first entries of a batch that could not be applied, with payment and reason: at most [`crate::REFUSALS_KEPT`].
    pub async fn batch_refusals(&self, tenant: TenantId, id: BatchId) -> Result<Vec<BatchRefusal>, StoreError> {
        self.read(|connection| read::batch::refusals(connection, tenant, id)).await
    }

    /// The entries that wait for this payment's attempt to end, in the order of acceptance; at most `limit`.
    pub async fn waiting_entries(
        &self,
        tenant: TenantId,
        payment: PaymentId,
        limit: usize,
    ) -> Result<Vec<WaitingEntry>, StoreError> {
        self.read(|connection| read::batch::waiting(connection, tenant, payment, limit)).await
    }
}
