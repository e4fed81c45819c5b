//! The way from the commit that queues an attempt to the task that makes it.
//!
//! A place is taken before the commit and used after it, so that the hand-over neither waits nor fails. An attempt counts as in flight
//! from the hand-over on, which an advance of time relies on.

use lommebok_domain::due::ATTEMPT_SLOT_MS;
use lommebok_domain::{AttemptNumber, Payment, Phase, State};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::fault::Fault;
use crate::in_flight::{InFlight, InFlightGuard, Work};

/// An attempt that waits to be made.
#[derive(Debug)]
pub(crate) struct QueuedAttempt {
    pub(crate) payment: Payment,
    pub(crate) held: InFlightGuard,
}

/// Takes attempts over.
#[derive(Debug)]
pub(crate) struct AttemptQueue {
    in_flight: InFlight,
    sender: mpsc::Sender<QueuedAttempt>,
}

/// A place in the queue. There is none when the server stops; the next start goes on from what is durable.
#[derive(Debug)]
pub(crate) struct Place(Option<mpsc::OwnedPermit<QueuedAttempt>>);

impl AttemptQueue {
    /// A queue of so many places, and its other end.
    pub(crate) fn new(in_flight: InFlight, places: usize) -> (Self, mpsc::Receiver<QueuedAttempt>) {
        let (sender, receiver) = mpsc::channel(places);
        (Self { in_flight, sender }, receiver)
    }

    /// Takes a place.
    ///
    /// # Errors
    /// [`Fault::TooManyAttempts`]
    pub(crate) fn place(&self) -> Result<Place, Fault> {
        match self.sender.clone().try_reserve_owned() {
            Ok(permit) => Ok(Place(Some(permit))),
            Err(TrySendError::Closed(_)) => Ok(Place(None)),
            Err(TrySendError::Full(_)) => Err(Fault::TooManyAttempts),
        }
    }

    /// Hands the attempt of a payment over that has just been queued.
    pub(crate) fn hand_over(&self, payment: &Payment, place: Place) {
        let (Place(Some(permit)), Some(attempt)) = (place, QueuedAttempt::of(payment, &self.in_flight)) else { return };
        permit.send(attempt);
    }
}

impl QueuedAttempt {
    /// The attempt for which the payment waits, unless a task is at it: from now on one is.
    pub(crate) fn of(payment: &Payment, in_flight: &InFlight) -> Option<Self> {
        let State::Authorizing { attempt, phase: Phase::Queued { since }, .. } = payment.state else { return None };
        let held = in_flight.take(payment.id, Work::Attempt(attempt), since.plus_millis(ATTEMPT_SLOT_MS))?;
        Some(Self { payment: payment.clone(), held })
    }
}

/// Whether this change queues an attempt.
pub(crate) fn queues_attempt(before: &Payment, after: &Payment) -> bool {
    queued(after).is_some_and(|attempt| queued(before) != Some(attempt))
}

fn queued(payment: &Payment) -> Option<AttemptNumber> {
    if let State::Authorizing { attempt, phase: Phase::Queued { .. }, .. } = payment.state {
        Some(attempt)
    } else {
        None
    }
}
