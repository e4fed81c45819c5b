//! Hints of change: a watcher of a payment or a user learns "this payment is now at version n", and reads the state
//! again. No state travels here, so a lost hint costs a moment and never the truth.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lommebok_domain::{Binding, Payment, PaymentId, State, UserId};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::TryRecvError;

/// Hints that one slow watcher may lag behind before it loses some (it then reads everything again).
const HINTS_KEPT: usize = 64;
/// The same for a watcher of everything.
const HINTS_OF_ALL_KEPT: usize = 1_024;

/// What a watcher follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// One payment: the landing page.
    Payment(PaymentId),
    /// All payments of one user: the phone.
    User(UserId),
    /// All payments: the operator.
    All,
    /// What became of updatestatus requests: whoever waits for one. It gets no hints, and looks again.
    Batches,
}

impl Topic {
    const fn hints_kept(self) -> usize {
        match self {
            Self::Payment(_) | Self::User(_) | Self::Batches => HINTS_KEPT,
            Self::All => HINTS_OF_ALL_KEPT,
        }
    }
}

/// A payment has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    pub payment: PaymentId,
    /// Its version now.
    pub version: i64,
    /// Whether it is with its PSP: a watcher of the outcome need not look yet.
    pub authorizing: bool,
    /// Whether it is over: no more changes that a customer sees will come.
    pub is_final: bool,
}

/// What a watcher gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notified {
    /// A payment has changed.
    Changed(Hint),
    /// Nothing has, but whether the watcher may go on watching is to be looked at again.
    LookAgain,
}

/// Who watches what. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Hub(Arc<Mutex<HashMap<Topic, broadcast::Sender<Notified>>>>);

/// One watcher; forgotten when dropped.
#[derive(Debug)]
pub struct Subscription {
    hub: Hub,
    topic: Topic,
    receiver: Option<broadcast::Receiver<Notified>>,
}

impl Hub {
    /// Watches `topic` from now on. Subscribe first and read the state then, or a change between is missed.
    pub fn subscribe(&self, topic: Topic) -> Subscription {
        let mut topics = self.lock();
        let receiver = topics.entry(topic).or_insert_with(|| broadcast::channel(topic.hints_kept()).0).subscribe();
        drop(topics);
        Subscription { hub: self.clone(), topic, receiver: Some(receiver) }
    }

    /// Makes all watchers of `topic` check whether they still may.
    pub fn look_again(&self, topic: Topic) {
        notify(&self.lock(), topic, Notified::LookAgain);
    }

    /// Notifies all watchers of `payment`, its user, or `earlier_binding`'s user (whose prompt is withdrawn).
    pub(crate) fn publish(&self, payment: &Payment, earlier_binding: Binding) {
        let authorizing = matches!(payment.state, State::Authorizing { .. });
        let is_final = payment.state.is_final();
        let hint = Notified::Changed(Hint { payment: payment.id, version: payment.version, authorizing, is_final });
        let topics = self.lock();
        if topics.is_empty() {
            return;
        }
        notify(&topics, Topic::All, hint);
        notify(&topics, Topic::Payment(payment.id), hint);
        for binding in [Some(payment.binding), (earlier_binding != payment.binding).then_some(earlier_binding)] {
            if let Some(Binding::User(user)) = binding {
                notify(&topics, Topic::User(user), hint);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Topic, broadcast::Sender<Notified>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn notify(topics: &HashMap<Topic, broadcast::Sender<Notified>>, topic: Topic, what: Notified) {
    if let Some(sender) = topics.get(&topic) {
        // Without a listener that is fine: a hint is not a message.
        let _nobody = sender.send(what);
    }
}

impl Subscription {
    /// The next hint; `None` when some were lost, which means: read everything again.
    pub async fn next(&mut self) -> Option<Hint> {
        loop {
            match self.notified().await {
                Some(Notified::Changed(hint)) => return Some(hint),
                Some(Notified::LookAgain) => {}
                None => return None,
            }
        }
    }

    /// The payments that have changed since the last call; `None` when some hints were lost, which means: read everything again.
    pub(crate) fn changed(&mut self) -> Option<HashSet<PaymentId>> {
        let (mut changed, mut lost) = (HashSet::new(), false);
        let receiver = self.receiver.as_mut()?;
        loop {
            match receiver.try_recv() {
                Ok(Notified::Changed(hint)) => drop(changed.insert(hint.payment)),
                Ok(Notified::LookAgain) => {}
                Err(TryRecvError::Lagged(_)) => lost = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return (!lost).then_some(changed),
            }
        }
    }

    /// Like [`Subscription::next`], for a watcher that has to stop when it may not watch any more.
    pub async fn notified(&mut self) -> Option<Notified> {
        match self.receiver.as_mut() {
            Some(receiver) => receiver.recv().await.ok(),
            None => None,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.receiver = None;
        let mut topics = self.hub.lock();
        if topics.get(&self.topic).is_some_and(|sender| sender.receiver_count() == 0) {
            topics.remove(&self.topic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_forgotten_with_its_last_watcher() {
        let hub = Hub::default();
        let topic = Topic::Payment(PaymentId::new(1));
        let first = hub.subscribe(topic);
        let second = hub.subscribe(topic);
        drop(first);
        assert_eq!(hub.lock().len(), 1);
        drop(second);
        assert!(hub.lock().is_empty());
    }
}
