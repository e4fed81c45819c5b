//! When to look for due work again, and what this process has in hand. Both are only about not wasting time: the rows in
//! the store say what is due, and the guard of each payment's version says who wins.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lommebok_domain::{AttemptNumber, DueKind, PaymentId, Timestamp};
use tokio::sync::Notify;

/// The next moment at which somebody has to look, and a bell for what comes earlier.
#[derive(Debug)]
pub(crate) struct Agenda {
    next_ms: AtomicI64,
    troubled: AtomicBool,
    bell: Notify,
}

impl Default for Agenda {
    fn default() -> Self {
        Self { next_ms: AtomicI64::new(i64::MAX), troubled: AtomicBool::new(false), bell: Notify::new() }
    }
}

impl Agenda {
    /// Work of this kind has become due at `at`: rings when that is earlier than the next look.
    pub(crate) fn note(&self, _kind: DueKind, at: Timestamp) {
        if at.as_millis() < self.next_ms.load(Ordering::Acquire) {
            self.next_ms.fetch_min(at.as_millis(), Ordering::AcqRel);
            self.bell.notify_one();
        }
    }

    /// Rings in any case.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Something could not be stored or read, so something that is due may have been left behind: somebody looks now, and
    /// again after a pause. Rings once until [`Agenda::calm`], however much fails.
    pub(crate) fn trouble(&self) {
        if !self.troubled.swap(true, Ordering::AcqRel) {
            self.bell.notify_one();
        }
    }

    /// Whether there was trouble since the last [`Agenda::calm`].
    pub(crate) fn is_troubled(&self) -> bool {
        self.troubled.load(Ordering::Acquire)
    }

    /// The pause after the trouble is over.
    pub(crate) fn calm(&self) {
        self.troubled.store(false, Ordering::Release);
    }

    /// Begins a look: whatever is noted from now on rings, until [`Agenda::looked`] says when the next look is.
    pub(crate) fn looking(&self) {
        self.next_ms.store(i64::MAX, Ordering::Release);
    }

    /// Ends a look: the next is at `next`, or when something rings.
    pub(crate) fn looked(&self, next: Option<Timestamp>) {
        if let Some(next) = next {
            self.next_ms.fetch_min(next.as_millis(), Ordering::AcqRel);
        }
    }

    /// Waits for the bell.
    pub(crate) async fn rung(&self) {
        self.bell.notified().await;
    }
}

/// What a task of this process is doing for a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Errand {
    /// This attempt, from the queue to its outcome. The second may be queued before the first one's task is quite gone.
    Attempt(AttemptNumber),
    /// A notice under way.
    Notice,
    /// Waiting entries being applied.
    Waiting,
}

/// What this process has in hand, each with the business time by which it ends by itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct InHand(Arc<InHandInner>);

#[derive(Debug, Default)]
struct InHandInner {
    errands: Mutex<HashMap<(PaymentId, Errand), Timestamp>>,
    ended: Notify,
}

/// An errand in hand; ended when dropped.
#[derive(Debug)]
pub(crate) struct Held {
    of: InHand,
    key: (PaymentId, Errand),
}

impl InHand {
    /// Takes an errand in hand, unless somebody has.
    pub(crate) fn take(&self, payment: PaymentId, errand: Errand, ends_by: Timestamp) -> Option<Held> {
        let key = (payment, errand);
        let mut errands = self.lock();
        if errands.contains_key(&key) {
            return None;
        }
        errands.insert(key, ends_by);
        Some(Held { of: self.clone(), key })
    }

    pub(crate) fn has(&self, payment: PaymentId, errand: Errand) -> bool {
        self.lock().contains_key(&(payment, errand))
    }

    /// The earliest moment after `after` at which something in hand ends by itself.
    pub(crate) fn next_end(&self, after: Timestamp) -> Option<Timestamp> {
        self.lock().values().copied().filter(|at| *at > after).min()
    }

    /// How many errands end by themselves at or before `until`.
    pub(crate) fn ending_by(&self, until: Timestamp) -> usize {
        self.lock().values().filter(|at| **at <= until).count()
    }

    /// How many errands are in hand.
    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// Waits until some errand ends. Make the future before you look, then look, then await it.
    pub(crate) fn ended(&self) -> tokio::sync::futures::Notified<'_> {
        self.0.ended.notified()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(PaymentId, Errand), Timestamp>> {
        self.0.errands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// The errand now ends by itself at `ends_by`.
    pub(crate) fn ends_by(&self, ends_by: Timestamp) {
        self.of.lock().insert(self.key, ends_by);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.of.lock().remove(&self.key);
        self.of.0.ended.notify_waiters();
    }
}
