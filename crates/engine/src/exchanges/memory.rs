//! The exchanges that are kept: the newest ones, within so many bytes and hours.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use lommebok_domain::{PaymentId, TenantId};
use tokio::time::Instant;

use super::record::Exchange;

/// How much is kept, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// All of them together, in bytes.
    pub most_bytes: usize,
    /// How long each, in process time.
    pub longest: Duration,
}

/// Which exchanges a list has.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Whose.
    pub tenant: TenantId,
    /// Those about one of these payments; all when there is none.
    pub payments: Option<Payments>,
    /// Only those that were refused.
    pub refused: bool,
    /// Only those after this number.
    pub after: Option<u64>,
    /// Only those before this number.
    pub before: Option<u64>,
}

/// Payments as exchanges name them.
#[derive(Clone, Debug, Default)]
pub struct Payments {
    /// By `pspTransactionId`.
    pub ids: Vec<String>,
    /// By the wallet's own numbers.
    pub numbers: Vec<PaymentId>,
}

impl Payments {
    fn have(&self, exchange: &Exchange) -> bool {
        match exchange.about.payment {
            // What is surely about one payment is about no other that happens to share its id.
            Some(number) if !self.numbers.is_empty() => self.numbers.contains(&number),
            _ => self.ids.iter().any(|id| exchange.payments.contains(id)),
        }
    }
}

impl Filter {
    /// All of a tenant's.
    pub fn of(tenant: TenantId) -> Self {
        Self { tenant, payments: None, refused: false, after: None, before: None }
    }

    /// Whether a list has this one.
    pub fn has(&self, exchange: &Exchange) -> bool {
        self.tenant == exchange.about.tenant
            && self.payments.as_ref().is_none_or(|payments| payments.have(exchange))
            && (!self.refused || exchange.is_refused())
            && self.after.is_none_or(|after| exchange.id > after)
            && self.before.is_none_or(|before| exchange.id < before)
    }
}

pub(super) struct Memory {
    limits: Limits,
    bytes: usize,
    kept: VecDeque<Kept>,
}

struct Kept {
    since: Instant,
    bytes: usize,
    exchange: Arc<Exchange>,
}

impl Memory {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, bytes: 0, kept: VecDeque::new() }
    }

    /// Keeps `exchange`, in the place of an earlier one with its number, and forgets the oldest ones for it.
    pub(super) fn keep(&mut self, exchange: Arc<Exchange>, now: Instant) {
        let bytes = exchange.size_bytes();
        if self.kept.back().is_some_and(|newest| newest.exchange.id >= exchange.id) {
            return self.replace(exchange, bytes, now);
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.kept.push_back(Kept { since: now, bytes, exchange });
        self.forget(now);
    }

    /// Forgets all of a tenant.
    pub(super) fn forget_tenant(&mut self, tenant: TenantId) {
        self.kept.retain(|kept| kept.exchange.about.tenant != tenant);
        self.bytes = self.kept.iter().fold(0, |bytes, kept| bytes.saturating_add(kept.bytes));
    }

    fn replace(&mut self, exchange: Arc<Exchange>, bytes: usize, now: Instant) {
        // One that was forgotten stays so.
        if let Ok(place) = self.kept.binary_search_by_key(&exchange.id, |kept| kept.exchange.id)
            && let Some(kept) = self.kept.get_mut(place)
        {
            self.bytes = self.bytes.saturating_sub(kept.bytes).saturating_add(bytes);
            (kept.exchange, kept.bytes) = (exchange, bytes);
            self.forget(now);
        }
    }

    /// Forgets what is too old or too much.
    fn forget(&mut self, now: Instant) {
        let Limits { most_bytes, longest } = self.limits;
        while let Some(oldest) = self.kept.front()
            && (self.bytes > most_bytes || now.saturating_duration_since(oldest.since) > longest)
        {
            self.bytes = self.bytes.saturating_sub(oldest.bytes);
            self.kept.pop_front();
        }
    }

    /// The one with this number.
    pub(super) fn one(&mut self, id: u64, now: Instant) -> Option<Arc<Exchange>> {
        self.forget(now);
        let place = self.kept.binary_search_by_key(&id, |kept| kept.exchange.id).ok()?;
        self.kept.get(place).map(|kept| Arc::clone(&kept.exchange))
    }

    /// The newest ones that `filter` has, newest first; and whether there are more.
    pub(super) fn list(&mut self, filter: &Filter, limit: usize, now: Instant) -> (Vec<Arc<Exchange>>, bool) {
        self.forget(now);
        let mut found = self.kept.iter().rev().map(|kept| &kept.exchange).filter(|exchange| filter.has(exchange));
        let page = found.by_ref().take(limit).map(Arc::clone).collect();
        (page, found.next().is_some())
    }
}
