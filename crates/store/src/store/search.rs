//! Reads of a search: what it compares of payments, range by range, and what their natural keys lead to.

use lommebok_domain::{MerchantId, MerchantOrderId, Payment, PaymentId, TenantId};

use super::Store;
use crate::fault::StoreError;
use crate::records::{Comparable, Standing};
use crate::sqlite::{natural_keys, read};

impl Store {
    /// What a search compares of the payments from number `from` on and before `before`, oldest first.
    pub async fn comparable_payments(
        &self,
        tenant: TenantId,
        from: PaymentId,
        before: PaymentId,
    ) -> Result<Vec<Comparable>, StoreError> {
        self.read(|connection| read::search::comparable(connection, tenant, from, before)).await
    }

    /// The part of it that changes.
    pub async fn standings(
        &self,
        tenant: TenantId,
        from: PaymentId,
        before: PaymentId,
    ) -> Result<Vec<(PaymentId, Standing)>, StoreError> {
        self.read(|connection| read::search::standings(connection, tenant, from, before)).await
    }

    /// The newest payment before `before`, of whatever tenant.
    pub async fn newest_payment_before(&self, before: PaymentId) -> Result<Option<PaymentId>, StoreError> {
        self.read(|connection| read::search::newest_before(connection, before)).await
    }

    /// The payments for the order with this id: the merchant's, or, when none is named, those of the tenant's merchants, of whom
    /// at most `most_merchants` are asked.
    pub async fn payments_of_order(
        &self,
        tenant: TenantId,
        merchant: Option<MerchantId>,
        id: &MerchantOrderId,
        most_merchants: u32,
    ) -> Result<Vec<Payment>, StoreError> {
        self.read_keys(|connection, keys| {
            let merchants = match merchant {
                Some(merchant) => vec![merchant],
                None => read::merchant::ids(connection, tenant, most_merchants)?,
            };
            natural_keys::by_order(connection, keys, tenant, &merchants, id)
        })
        .await
    }
}
