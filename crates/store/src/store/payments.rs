//! Reads of payments, their events and their work that is due.

use lommebok_domain::{Event, Payment, PaymentId, PspId, PspTransactionId, ReturnId, TenantId, Timestamp, UserId};

use super::Store;
use crate::change::{DueRow, NewIdempotency};
use crate::fault::{StoreError, StoredIdempotency};
use crate::records::{EventPage, Page, PageLimit, PaymentDetails, PaymentFilter, PaymentReceipt};
use crate::secret::Sealed;
use crate::sqlite::{due, idempotency, natural_keys, read};

impl Store {
    pub async fn payment(&self, tenant: TenantId, id: PaymentId) -> Result<Option<Payment>, StoreError> {
        self.read(|connection| read::payment::by_id(connection, tenant, id)).await
    }

    /// The payment's version alone: what event streams watch.
    pub async fn payment_version(&self, tenant: TenantId, id: PaymentId) -> Result<Option<i64>, StoreError> {
        self.read(|connection| read::payment::version(connection, tenant, id)).await
    }

    /// The PSP's payment with this `pspTransactionId`.
    pub async fn payment_of_psp(
        &self,
        tenant: TenantId,
        psp: PspId,
        id: &PspTransactionId,
    ) -> Result<Option<Payment>, StoreError> {
        self.read_keys(|connection, keys| natural_keys::by_transaction(connection, keys, tenant, psp, id)).await
    }

    /// The PSP's payments with these ids, in their order, as they were at one moment.
    pub async fn payments_of_psp(
        &self,
        tenant: TenantId,
        psp: PspId,
        ids: &[&PspTransactionId],
    ) -> Result<Vec<Option<Payment>>, StoreError> {
        self.read_keys(|connection, keys| natural_keys::by_transactions(connection, keys, tenant, psp, ids)).await
    }

    /// What `details` shows of the PSP's payment with this `pspTransactionId`. A history of more than about `at_most_bytes` is
    /// not read to its end.
    pub async fn details_of_psp(
        &self,
        tenant: TenantId,
        psp: PspId,
        id: &PspTransactionId,
        at_most_bytes: usize,
    ) -> Result<Option<PaymentDetails>, StoreError> {
        self.read_keys(|connection, keys| {
            read::details::by_transaction(connection, keys, keys.sought(tenant, psp, id), at_most_bytes)
        })
        .await
    }

    /// What a receipt shows of a payment, with the history after version `after`: none when `limit` allows
    /// no row.
    pub async fn receipt(&self, payment: &Payment, after: i64, limit: PageLimit) -> Result<PaymentReceipt, StoreError> {
        self.read(|connection| read::details::receipt(connection, payment, after, limit)).await
    }

    /// Whether the payment was bound by a user who opened its link.
    pub async fn was_opened_by_link(&self, tenant: TenantId, id: PaymentId) -> Result<bool, StoreError> {
        self.read(|connection| read::event::was_opened_by_link(connection, tenant, id)).await
    }

    /// A page of the payment's log, after version `after`.
    pub async fn event_page(
        &self,
        tenant: TenantId,
        id: PaymentId,
        after: i64,
        limit: PageLimit,
    ) -> Result<EventPage, StoreError> {
        self.read(|connection| read::event::event_page(connection, tenant, id, after, limit)).await
    }

    /// When the PSP's open prompts on this user's phone end, without that of the payment `without`; of very many payments of
    /// the user, among the newest.
    pub async fn open_prompts(
        &self,
        tenant: TenantId,
        psp: PspId,
        user: UserId,
        without: Option<PaymentId>,
    ) -> Result<Vec<Timestamp>, StoreError> {
        self.read(|connection| read::list::open_prompts(connection, tenant, psp, user, without)).await
    }

    /// The payment's events up to and with `version` ([`i64::MAX`]: all), oldest first.
    pub async fn events(&self, tenant: TenantId, id: PaymentId, version: i64) -> Result<Vec<Event>, StoreError> {
        self.read(|connection| read::event::events(connection, tenant, id, version)).await
    }

    /// The `makePaymentToken` that came with init, sealed.
    pub async fn sealed_make_payment_token(
        &self,
        tenant: TenantId,
        id: PaymentId,
    ) -> Result<Option<Sealed>, StoreError> {
        self.read(|connection| read::payment::sealed_token(connection, tenant, id)).await
    }

    /// The sealed number of the customer that came with init.
    pub async fn sealed_customer_number(&self, tenant: TenantId, id: PaymentId) -> Result<Option<Sealed>, StoreError> {
        self.read(|connection| read::payment::sealed_number(connection, tenant, id)).await
    }

    /// The payment whose step-up has this id in its `operations` URLs, in any state.
    pub async fn payment_of_step_up(
        &self,
        tenant: TenantId,
        return_id: ReturnId,
    ) -> Result<Option<Payment>, StoreError> {
        self.read(|connection| read::payment::by_return_id(connection, tenant, return_id)).await
    }

    /// A page of payments, newest first, older than `before`; at most `limit`.
    pub async fn payments(
        &self,
        tenant: TenantId,
        filter: PaymentFilter,
        before: Option<PaymentId>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        self.read(|connection| read::list::page(connection, tenant, filter, before, limit)).await
    }

    /// How many payments failed with an unknown outcome and are not settled.
    pub async fn outcome_unknown_count(&self, tenant: TenantId) -> Result<u64, StoreError> {
        self.read(|connection| read::list::outcome_unknown_count(connection, tenant)).await
    }

    /// Those payments, oldest first, newer than `after`; at most `limit`.
    pub async fn unknown_outcomes_from(
        &self,
        tenant: TenantId,
        after: PaymentId,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError> {
        self.read(|connection| read::list::unknown_outcomes_from(connection, tenant, after, limit)).await
    }

    /// What is due at or before `until` (business time), earliest first.
    pub async fn due(&self, tenant: TenantId, until: Timestamp, limit: u32) -> Result<Vec<DueRow>, StoreError> {
        self.read(|connection| due::until(connection, tenant, until, limit)).await
    }

    /// When the first work after `after` becomes due.
    pub async fn next_due(&self, tenant: TenantId, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| due::next(connection, tenant, after)).await
    }

    /// What counts under this idempotency key at its own time. The commit looks again and decides.
    pub async fn idempotency(
        &self,
        tenant: TenantId,
        key: &NewIdempotency,
    ) -> Result<Option<StoredIdempotency>, StoreError> {
        self.read(|connection| idempotency::stored(connection, tenant, key)).await
    }
}
