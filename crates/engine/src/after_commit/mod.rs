//! What follows from the durable change of a payment: its attempt starts, its timers are set, and watchers get a hint.
//!
//! All three are here, in this order, so that no commit can leave one out. None waits, and none can change the answer: what is durable
//! stays so, and what a panic left undone the timers do.
//!
//! What receives commits from here (`attempts`, `timers`, watchers) depends on this folder; it knows none of them.

mod attempt_queue;
mod changed_ranges;
mod hints;
mod schedule;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use lommebok_domain::Payment;

use crate::fault::Fault;
use attempt_queue::Place;

pub(crate) use attempt_queue::{AttemptQueue, QueuedAttempt, queues_attempt};
pub(crate) use changed_ranges::{ChangedRanges, PAYMENTS_PER_RANGE, range_of};
pub use hints::{Hint, Hub, Notified, Subscription, Topic};
pub(crate) use schedule::Schedule;

/// A payment before and after a change.
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    pub(crate) before: Payment,
    pub(crate) after: Payment,
}

/// What follows from a commit.
#[derive(Debug)]
pub(crate) struct AfterCommit {
    /// Where an attempt that is queued goes.
    pub(crate) attempts: AttemptQueue,
    /// When the timers look next.
    pub(crate) timers: Arc<Schedule>,
    /// What a search is to read again.
    pub(crate) changed: Arc<ChangedRanges>,
    /// The watchers.
    pub(crate) hints: Hub,
}

/// A place in the queue for each payment whose attempt is to start, in their order.
pub(crate) type Places = Vec<Place>;

impl AfterCommit {
    /// Takes a place for each attempt that these changes queue: before they are stored, so that afterwards there is one.
    ///
    /// # Errors
    /// [`Fault::TooManyAttempts`]
    pub(crate) fn places(&self, changed: &[Changed]) -> Result<Places, Fault> {
        changed
            .iter()
            .filter(|changed| queues_attempt(&changed.before, &changed.after))
            .map(|_| self.attempts.place())
            .collect()
    }

    /// Does what follows from changes that are durable.
    pub(crate) fn run(&self, changed: &[Changed], places: Places) {
        shielded(&self.timers, || self.follow(changed, places));
    }

    fn follow(&self, changed: &[Changed], places: Places) {
        let mut places = places.into_iter();
        for Changed { before, after } in changed {
            if queues_attempt(before, after)
                && let Some(place) = places.next()
            {
                self.attempts.hand_over(after, place);
            }
            for (_, at) in after.due() {
                self.timers.note(at);
            }
            self.changed.note(after.id);
            self.hints.publish(after, before.binding);
        }
    }
}

/// Does `work`; a panic in it goes no further, and makes the timers look.
fn shielded(timers: &Schedule, work: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(work)).is_err() {
        tracing::error!("a payment is stored, and what follows from it broke off; the timers look again");
        timers.trouble();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_after_a_durable_commit_goes_no_further_and_makes_the_timers_look() {
        let timers = Schedule::default();
        shielded(&timers, || ());
        assert!(!timers.is_troubled());
        shielded(&timers, || panic!("a watcher breaks"));
        assert!(timers.is_troubled());
    }
}
