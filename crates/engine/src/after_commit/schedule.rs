//! When to look at the timers again, so that nothing looks without need. The rows in the store say what is due; this only says when
//! the next of them is.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use lommebok_domain::Timestamp;
use tokio::sync::Notify;

/// The next moment at which the due work is read, and a bell for what comes earlier.
#[derive(Debug)]
pub(crate) struct Schedule {
    next_ms: AtomicI64,
    troubled: AtomicBool,
    bell: Notify,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { next_ms: AtomicI64::new(i64::MAX), troubled: AtomicBool::new(false), bell: Notify::new() }
    }
}

impl Schedule {
    /// Work has become due at `at`: rings when that is earlier than the next look.
    pub(crate) fn note(&self, at: Timestamp) {
        if at.as_millis() < self.next_ms.load(Ordering::Acquire) {
            self.next_ms.fetch_min(at.as_millis(), Ordering::AcqRel);
            self.bell.notify_one();
        }
    }

    /// Rings in any case.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Something could not be stored or read, so something that is due may have been left behind: it is read now, and
    /// again after a pause. Rings once until [`Schedule::calm`], however much fails.
    pub(crate) fn trouble(&self) {
        if !self.troubled.swap(true, Ordering::AcqRel) {
            self.bell.notify_one();
        }
    }

    /// Whether there was trouble since the last [`Schedule::calm`].
    pub(crate) fn is_troubled(&self) -> bool {
        self.troubled.load(Ordering::Acquire)
    }

    /// The pause after the trouble is over.
    pub(crate) fn calm(&self) {
        self.troubled.store(false, Ordering::Release);
    }

    /// Begins a look: whatever is noted from now on rings, until [`Schedule::looked`] says when the next look is.
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
