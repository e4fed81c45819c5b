//! What is being worked on in this process, by payment: the first call about a payment works, later ones wait for what it
//! comes to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::answer::{Noted, Outcome};
use crate::PspTransactionId;

/// The most payments that are worked on at once.
const PAYMENTS_MAX: usize = 10_000;

/// What a call is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// An approval's outcome.
    Outcome(Outcome),
    /// A notice was taken.
    Noted(Noted),
    /// Nothing can be said now: 503.
    Unavailable,
}

/// Who works on what.
#[derive(Clone, Debug, Default)]
pub(super) struct InFlight(Arc<Mutex<HashMap<PspTransactionId, watch::Receiver<Option<Reply>>>>>);

/// A call's place.
#[derive(Debug)]
pub(super) enum Place {
    /// No other call works on it: you do.
    First(Worker),
    /// Another does: wait.
    Later(Waiter),
    /// Too much is going on.
    Full,
}

/// The right to work on a payment; given up by publishing or by being dropped.
#[derive(Debug)]
pub(super) struct Worker {
    id: PspTransactionId,
    sender: watch::Sender<Option<Reply>>,
    all: InFlight,
}

/// Waits for a worker.
#[derive(Debug)]
pub(super) struct Waiter(watch::Receiver<Option<Reply>>);

impl InFlight {
    /// Takes a place.
    pub(super) fn enter(&self, id: &PspTransactionId) -> Place {
        let mut all = self.lock();
        if let Some(working) = all.get(id) {
            return Place::Later(Waiter(working.clone()));
        }
        if all.len() >= PAYMENTS_MAX {
            return Place::Full;
        }
        let (sender, receiver) = watch::channel(None);
        all.insert(id.clone(), receiver);
        Place::First(Worker { id: id.clone(), sender, all: self.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PspTransactionId, watch::Receiver<Option<Reply>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    /// A task that waits for this worker.
    pub(super) fn waiter(&self) -> Waiter {
        Waiter(self.sender.subscribe())
    }

    /// Answers all who wait, and gives the place up: from now on the memory has the answer.
    pub(super) fn publish(self, reply: Reply) {
        self.sender.send_replace(Some(reply));
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.all.lock().remove(&self.id);
    }
}

impl Waiter {
    /// What the worker published; [`Reply::Unavailable`] if it ended without.
    pub(super) async fn reply(mut self) -> Reply {
        match self.0.wait_for(Option::is_some).await {
            Ok(reply) => reply.clone().unwrap_or(Reply::Unavailable),
            Err(_) => Reply::Unavailable,
        }
    }
}
