//! Finding payments, newest first: by their natural keys at once, and by anything else among all of them.
//!
//! There is no index for this that an init would have to write. A search compares payments from the newest on, a bounded number
//! of them a page; a sandbox keeps what it has compared ([`columns`]), so that the next search reads only what has changed. A
//! newcomer's mistake: to take a short page for the last one.

mod columns;
mod criteria;
mod row;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

use lommebok_domain::{Binding, MerchantOrderId, Payment, PaymentId, PspTransactionId, TenantId};
use lommebok_store::{Page, PaymentFilter, Store};

use crate::after_commit::{PAYMENTS_PER_RANGE, range_of};
use crate::directory::Directory;
use crate::fault::Fault;
use crate::inits::InitSecrets;
use crate::payments::Payments;
use crate::people::People;
use criteria::Wanted;

pub(crate) use columns::{Columns, RANGES_KEPT};
pub use criteria::Criteria;
pub use text::ReadAs;

/// Payments that one page reads anew, at most, and what is left of a range with the last of them.
const READ_PER_PAGE: i64 = 4 * PAYMENTS_PER_RANGE;
/// Merchants whose orders are looked at when a search names an order and no merchant.
const MOST_MERCHANTS: u32 = 10_000;

/// Before the first one.
const NO_PAYMENT: PaymentId = PaymentId::new(0);
/// Inits that came at one time may have been stored in another order, within so many ms.
const AT_ONE_TIME_MS: i64 = 60_000;

/// Finds payments of one tenant.
#[derive(Debug)]
pub struct Search {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) payments: Arc<Payments>,
    pub(crate) people: Arc<People>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) secrets: Arc<InitSecrets>,
    pub(crate) columns: tokio::sync::Mutex<Columns>,
}

/// A page of what was found.
#[derive(Debug)]
pub struct Found {
    pub page: Page,
    /// How a text was read.
    pub read_as: Vec<ReadAs>,
}

impl Search {
    /// A page of the payments that are as `criteria` say, newest first, older than `before`.
    pub async fn page(&self, criteria: &Criteria, before: Option<PaymentId>, limit: u32) -> Result<Page, Fault> {
        if criteria.id.is_some() || criteria.order.is_some() {
            let mut named = self.named_so(criteria).await?;
            named.sort_unstable_by_key(|payment| std::cmp::Reverse(payment.id));
            return self.of(named, criteria, before).await;
        }
        match criteria.listed() {
            Some(filter) => self.payments.list(filter, before, limit).await,
            None => self.compare(criteria, before, limit).await,
        }
    }

    /// The same for a text, which is read in the first way that makes sense; `criteria` must be so too.
    pub async fn page_of_text(
        &self,
        text: &str,
        criteria: Criteria,
        before: Option<PaymentId>,
        limit: u32,
    ) -> Result<Found, Fault> {
        let (read_as, found) = self.read(text, criteria).await?;
        let page = match found {
            text::Reading::Payments(payments, criteria) => self.of(payments, &criteria, before).await?,
            text::Reading::Criteria(criteria) => self.page(&criteria, before, limit).await?,
            text::Reading::Nothing => Page::default(),
        };
        Ok(Found { page, read_as })
    }

    /// The payments that `id` may mean: any PSP's with this `pspTransactionId`, or the one with this number.
    pub async fn named(&self, id: &str) -> Result<Vec<Payment>, Fault> {
        let payments = self.of_transaction(id).await?;
        if payments.is_empty() { Ok(self.numbered(id).await?.into_iter().collect()) } else { Ok(payments) }
    }

    async fn of_transaction(&self, id: &str) -> Result<Vec<Payment>, Fault> {
        let Some(id) = PspTransactionId::new(id) else { return Ok(Vec::new()) };
        let mut payments = Vec::new();
        for psp in self.directory.psps().await? {
            payments.extend(self.store.payment_of_psp(self.tenant, psp.id, &id).await?);
        }
        Ok(payments)
    }

    async fn numbered(&self, number: &str) -> Result<Option<Payment>, Fault> {
        match payment_number(number) {
            Some(number) => Ok(self.store.payment(self.tenant, number).await?),
            None => Ok(None),
        }
    }

    async fn of_order(&self, order: &MerchantOrderId, criteria: &Criteria) -> Result<Vec<Payment>, Fault> {
        let merchant = match &criteria.msn {
            Some(msn) => match self.directory.merchant(msn).await? {
                Some(merchant) => Some(merchant.id),
                None => return Ok(Vec::new()),
            },
            None => None,
        };
        Ok(self.store.payments_of_order(self.tenant, merchant, order, MOST_MERCHANTS).await?)
    }

    async fn named_so(&self, criteria: &Criteria) -> Result<Vec<Payment>, Fault> {
        match (&criteria.id, &criteria.order) {
            (Some(id), _) => self.named(id).await,
            (None, Some(order)) => self.of_order(order, criteria).await,
            (None, None) => Ok(Vec::new()),
        }
    }

    /// Those of a few payments that are wanted, as the only page.
    async fn of(&self, payments: Vec<Payment>, criteria: &Criteria, before: Option<PaymentId>) -> Result<Page, Fault> {
        let mut page = Page::default();
        for payment in payments {
            if before.is_none_or(|before| payment.id < before) && self.is_so(criteria, &payment).await? {
                page.payments.push(payment);
            }
        }
        Ok(page)
    }

    /// Compares payments from the newest before `before` on, until the page is full or it has read as many as one may.
    async fn compare(&self, criteria: &Criteria, before: Option<PaymentId>, limit: u32) -> Result<Page, Fault> {
        let mut columns = self.columns.lock().await;
        let Some(wanted) = self.wanted(criteria, &columns).await? else { return Ok(Page::default()) };
        columns.refresh(self).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut before = before.unwrap_or(PaymentId::new(i64::MAX));
        let (mut payments, mut may_read) = (Vec::new(), READ_PER_PAGE);
        // Payments since the last reset of business time came in its order, but for those that came at one time.
        let reset =
            self.store.clock_resets(self.tenant, 1).await?.first().map_or(NO_PAYMENT, |reset| reset.last_payment);
        let in_order_since = criteria.since.map(|since| since.plus_millis(-AT_ONE_TIME_MS));
        while let Some(newest) = self.store.newest_payment_before(before).await? {
            let Some(rows) = columns.range(self, newest, &mut may_read).await? else {
                return Ok(Page { payments, next: Some(before) });
            };
            for id in rows.wanted(&wanted, newest) {
                let payment = self.payments.load(id).await?;
                if self.is_so(criteria, &payment).await? {
                    payments.push(payment);
                }
                if payments.len() >= limit {
                    return Ok(Page { payments, next: Some(id) });
                }
            }
            let first = PaymentId::new(range_of(newest).saturating_mul(PAYMENTS_PER_RANGE));
            before = if rows.are_before(in_order_since) && first > reset { after(reset) } else { first };
        }
        Ok(Page { payments, next: None })
    }

    /// What is compared; nothing when no payment can be so.
    async fn wanted(&self, criteria: &Criteria, columns: &Columns) -> Result<Option<Wanted>, Fault> {
        let merchant = match &criteria.msn {
            None => None,
            Some(msn) => match self.directory.merchant(msn).await? {
                Some(merchant) => Some(merchant.id),
                None => return Ok(None),
            },
        };
        let payer = match &criteria.phone {
            None => None,
            Some(number) => Some((self.people.user_by_number(number).await?.map(|user| user.id), number)),
        };
        Ok(Some(Wanted::new(criteria, merchant, payer, columns.tags())))
    }

    /// Whether the payment, as it is now, is as the criteria say.
    async fn is_so(&self, criteria: &Criteria, payment: &Payment) -> Result<bool, Fault> {
        if !criteria.fit(payment) {
            return Ok(false);
        }
        let Some(number) = &criteria.phone else { return Ok(true) };
        if let Binding::User(user) = payment.binding
            && self.people.user_by_number(number).await?.is_some_and(|of_number| of_number.id == user)
        {
            return Ok(true);
        }
        Ok(self.secrets.customer_number(payment).await.ok().flatten().as_ref() == Some(number))
    }
}

impl Criteria {
    /// The list that has exactly these payments, if there is one.
    fn listed(&self) -> Option<PaymentFilter> {
        let others = Self { outcome_unknown: false, notice_given_up: false, ..self.clone() };
        if others != Self::default() {
            return None;
        }
        match (self.outcome_unknown, self.notice_given_up) {
            (false, false) => Some(PaymentFilter::All),
            (true, false) => Some(PaymentFilter::OutcomeUnknown),
            (false, true) => Some(PaymentFilter::NoticeGivenUp),
            (true, true) => None,
        }
    }
}

/// The number behind this one.
const fn after(id: PaymentId) -> PaymentId {
    PaymentId::new(id.get().saturating_add(1))
}

/// The number of a payment in an address: spelled as we spell it, without sign and leading zeros, so that each payment has
/// one address.
pub fn payment_number(text: &str) -> Option<PaymentId> {
    text.parse().ok().filter(|number: &i64| *number > 0 && number.to_string() == text).map(PaymentId::new)
}
