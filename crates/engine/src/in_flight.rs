//! What this process is at work on: attempts, notices, waiting entries. It keeps two tasks from the same work, and tells an advance of
//! time what it has to wait for; the guard of each payment's version says who wins.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lommebok_domain::{AttemptNumber, PaymentId, Timestamp};
use tokio::sync::Notify;

/// What a task of this process is doing for a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Work {
    /// This attempt, from the queue to its outcome. The second may be queued before the first one's task is quite gone.
    Attempt(AttemptNumber),
    /// A notice under way.
    Notice,
    /// Waiting entries being applied.
    Waiting,
}

/// The registry: each work with the business time by which it ends by itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct InFlight(Arc<InFlightInner>);

#[derive(Debug, Default)]
struct InFlightInner {
    all: Mutex<HashMap<(PaymentId, Work), Timestamp>>,
    ended: Notify,
}

/// The work's place in the registry; it is over when this is dropped.
#[derive(Debug)]
pub(crate) struct InFlightGuard {
    of: InFlight,
    key: (PaymentId, Work),
}

impl InFlight {
    /// Registers the work, unless a task is at it.
    pub(crate) fn take(&self, payment: PaymentId, work: Work, ends_by: Timestamp) -> Option<InFlightGuard> {
        let key = (payment, work);
        let mut all = self.lock();
        if all.contains_key(&key) {
            return None;
        }
        all.insert(key, ends_by);
        Some(InFlightGuard { of: self.clone(), key })
    }

    pub(crate) fn has(&self, payment: PaymentId, work: Work) -> bool {
        self.lock().contains_key(&(payment, work))
    }

    /// The earliest moment after `after` at which one of them ends by itself.
    pub(crate) fn next_end(&self, after: Timestamp) -> Option<Timestamp> {
        self.lock().values().copied().filter(|at| *at > after).min()
    }

    /// How many of them end by themselves at or before `until`.
    pub(crate) fn ending_by(&self, until: Timestamp) -> usize {
        self.lock().values().filter(|at| **at <= until).count()
    }

    /// Whether an attempt is among them.
    pub(crate) fn has_attempts(&self) -> bool {
        self.lock().keys().any(|(_, work)| matches!(work, Work::Attempt(_)))
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// Waits until some work ends. Make the future before you look, then look, then await it.
    pub(crate) fn ended(&self) -> tokio::sync::futures::Notified<'_> {
        self.0.ended.notified()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(PaymentId, Work), Timestamp>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InFlightGuard {
    /// The work now ends by itself at `ends_by`.
    pub(crate) fn ends_by(&self, ends_by: Timestamp) {
        self.of.lock().insert(self.key, ends_by);
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        self.of.lock().remove(&self.key);
        self.of.0.ended.notify_waiters();
    }
}
