//! What PSPs, operators and phones read of payments: lists, details, receipts and histories.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use lommebok_domain::history::fold;
use lommebok_domain::{Binding, Payment, PaymentId, Prompt, PspId, PspTransactionId, ReturnId, State, Sums, UserId};
use lommebok_store::{EventPage, Page, PageLimit, PaymentDetails, PaymentFilter, PaymentReceipt};

use super::Payments;
use crate::directory::Principal;
use crate::fault::Fault;
use crate::observability::names::PAYMENTS_UNCONFIRMED;

/// Receipts on one page.
pub const RECEIPTS_PER_PAGE: u32 = 20;
/// Open payments on one page.
const OPEN_PER_PAGE: usize = 50;
/// The newest open payments of a user that its phone lists at all.
const OPEN_LISTED: u32 = 500;

/// A page of what waits for a user.
#[derive(Debug)]
pub struct OpenPayments {
    /// The page.
    pub payments: Vec<Payment>,
    /// How many to skip for the next page, if there is one.
    pub next: Option<usize>,
}

impl Payments {
    /// A page of payments, newest first, older than `before`.
    pub async fn list(&self, filter: PaymentFilter, before: Option<PaymentId>, limit: u32) -> Result<Page, Fault> {
        Ok(self.store.payments(self.tenant, filter, before, limit).await?)
    }

    /// The PSP's payment with this id.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`] also for another PSP's.
    pub async fn of_psp(&self, psp: PspId, id: &PspTransactionId) -> Result<Payment, Fault> {
        self.store.payment_of_psp(self.tenant, psp, id).await?.ok_or(Fault::NoSuchPayment)
    }

    /// The PSP's payments with these ids, in their order.
    pub(crate) async fn all_of_psp(
        &self,
        psp: PspId,
        ids: &[&PspTransactionId],
    ) -> Result<Vec<Option<Payment>>, Fault> {
        Ok(self.store.payments_of_psp(self.tenant, psp, ids).await?)
    }

    /// A payment that is bound to `user`.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`] for another user's.
    pub async fn of_user(&self, user: UserId, id: PaymentId) -> Result<Payment, Fault> {
        let payment = self.load(id).await?;
        if payment.binding == Binding::User(user) { Ok(payment) } else { Err(Fault::NoSuchPayment) }
    }

    /// The payment whose `operations` URLs carry `id`.
    ///
    /// # Errors
    /// [`Fault::UnknownLink`] when no step-up ever had it.
    pub async fn of_step_up(&self, id: ReturnId) -> Result<Payment, Fault> {
        self.store.payment_of_step_up(self.tenant, id).await?.ok_or(Fault::UnknownLink)
    }

    /// What has become of the PSP's payment with this id, and of its money. A history of more than about `at_most_bytes` is not
    /// read to its end.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`] also for another PSP's.
    pub async fn details(
        &self,
        principal: Principal,
        id: &PspTransactionId,
        at_most_bytes: usize,
    ) -> Result<PaymentDetails, Fault> {
        self.store.details_of_psp(self.tenant, principal.psp, id, at_most_bytes).await?.ok_or(Fault::NoSuchPayment)
    }

    /// The user's payments that are not final, without the first `skip`: the newest of each PSP, then the second of each and
    /// so on, so that none is buried under another PSP's; those without a prompt come after those with one.
    pub async fn open_of(&self, user: UserId, skip: usize) -> Result<OpenPayments, Fault> {
        let open = self.list(PaymentFilter::OpenOfUser(user), None, OPEN_LISTED).await?.payments;
        let left = open.len().saturating_sub(skip);
        let payments = fairly(open).into_iter().skip(skip).take(OPEN_PER_PAGE).collect();
        let next = (left > OPEN_PER_PAGE).then(|| skip.saturating_add(OPEN_PER_PAGE));
        Ok(OpenPayments { payments, next })
    }

    /// The user's payments, newest first, older than `before`.
    pub async fn receipts_of(&self, user: UserId, before: Option<PaymentId>) -> Result<Page, Fault> {
        self.list(PaymentFilter::User(user), before, RECEIPTS_PER_PAGE).await
    }

    /// What became of a payment's money, with a page of its history after version `after`: at most `limit`.
    pub async fn receipt(&self, payment: &Payment, after: i64, limit: PageLimit) -> Result<PaymentReceipt, Fault> {
        Ok(self.store.receipt(payment, after, limit).await?)
    }

    /// A page of a payment's events after version `after`: at most `limit`.
    pub async fn events(&self, id: PaymentId, after: i64, limit: PageLimit) -> Result<EventPage, Fault> {
        Ok(self.store.event_page(self.tenant, id, after, limit).await?)
    }

    /// What had become of a payment's money at one of its versions.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`] for a log that adds up to nothing.
    pub async fn sums_at(&self, id: PaymentId, version: i64) -> Result<Sums, Fault> {
        let events = self.store.events(self.tenant, id, version).await?;
        fold(&events).map(|folded| folded.sums).ok_or(Fault::NoSuchPayment)
    }

    /// How many payments failed and may have taken money.
    pub async fn unknown_outcomes(&self) -> Result<u64, Fault> {
        Ok(self.store.outcome_unknown_count(self.tenant).await?)
    }

    /// The oldest of them, newer than `after`.
    pub async fn unknown_outcomes_from(&self, after: PaymentId, limit: u32) -> Result<Vec<Payment>, Fault> {
        Ok(self.store.unknown_outcomes_from(self.tenant, after, limit).await?)
    }

    /// A short text that is another one after a payment that the user's phone may show has changed, or the clock was set. It
    /// says nothing else.
    pub async fn version_of_phone(&self, user: UserId) -> Result<String, Fault> {
        let (open, latest) = (self.open_of(user, 0).await?.payments, self.receipts_of(user, None).await?.payments);
        let mut hash = DefaultHasher::new();
        for payment in open.iter().chain(&latest) {
            (payment.id, payment.version).hash(&mut hash);
        }
        self.clock.changes().borrow().hash(&mut hash);
        Ok(format!("{:016x}", hash.finish()))
    }

    /// Whether its link was opened on a phone.
    pub(crate) async fn was_opened_by_link(&self, id: PaymentId) -> Result<bool, Fault> {
        Ok(self.store.was_opened_by_link(self.tenant, id).await?)
    }

    /// Sets the gauge of unknown outcomes from the store, where it is the length of an index.
    pub async fn measure_unconfirmed(&self) {
        match self.store.outcome_unknown_count(self.tenant).await {
            Ok(count) => {
                ::metrics::gauge!(PAYMENTS_UNCONFIRMED).set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
            }
            Err(fault) => tracing::error!(%fault, "unknown outcomes can't be counted"),
        }
    }

    /// Who watches what.
    pub fn hints(&self) -> &crate::after_commit::Hub {
        &self.after.hints
    }
}

/// Payments that came newest first, in turns of their PSPs.
fn fairly(mut open: Vec<Payment>) -> Vec<Payment> {
    open.sort_by_key(|payment| matches!(payment.state, State::AwaitingApproval { prompt: Prompt::Withheld, .. }));
    let mut turns = HashMap::new();
    let mut in_turns: Vec<(usize, Payment)> = open
        .into_iter()
        .map(|payment| {
            let turn: &mut usize = turns.entry(payment.terms.psp).or_default();
            *turn = turn.saturating_add(1);
            (*turn, payment)
        })
        .collect();
    in_turns.sort_by_key(|(turn, _)| *turn);
    in_turns.into_iter().map(|(_, payment)| payment).collect()
}
