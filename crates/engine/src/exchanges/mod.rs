//! What was said: each request with its answer, without its secrets, for whoever looks for the reason of a refusal
//! ([ADR 0020](../../../../docs/adr/0020-an-exchange-is-masked-before-it-can-be-seen.md)). Only a sandbox has it.
//!
//! It must not cost the payment's path: an exchange is handed over as it is, by reference to its bytes, to a thread that masks and
//! keeps it; what comes faster is dropped and counted. A newcomer's mistake: to keep, or to log, an [`Observed`].

mod hiding;
mod masking;
mod members;
mod memory;
mod record;

#[cfg(test)]
mod tests;

use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use lommebok_domain::TenantId;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

use crate::clock::ProcessTime;
use crate::keys::Secret;
use crate::observability::Budget;
use crate::observability::names::EXCHANGES_DROPPED;
use hiding::Own;
use masking::mask;
use memory::Memory;
use record::is_refusal;

pub use memory::{Filter, Limits, Payments};
pub use record::{About, Body, Exchange, Interface, Message, NotShown, Observed, ObservedBody, ObservedPath, Reason};

/// A longer body is not looked at.
pub const MOST_BODY_BYTES: usize = 64 * 1024;
/// Exchanges that are taken in a second; what is more than people and their tests make is a load test.
const TAKEN_PER_S: u32 = 1_000;
/// Refusals of them: an answer that may echo costs more to mask.
const REFUSALS_TAKEN_PER_S: u32 = 250;
/// Exchanges that may wait for being masked, and the bytes of their bodies.
const MOST_WAITING: usize = 1_024;
const MOST_WAITING_BYTES: usize = 16 * 1024 * 1024;
/// Exchanges that a reader of the stream may be behind.
const MOST_BEHIND: usize = 1_024;
/// Numbers of one millisecond: an earlier process, which took fewer, has used none of those that a later one begins with.
const NUMBERS_PER_MS: u64 = 100;

/// The exchanges of one server.
pub struct Exchanges {
    shared: Arc<Shared>,
    began: Instant,
    taken: Budget,
    refusals: Budget,
    kept_until: watch::Receiver<u64>,
}

struct Shared {
    waiting: Mutex<Waiting>,
    some: Condvar,
    memory: Mutex<Memory>,
    news: broadcast::Sender<Arc<Exchange>>,
    own: Own,
}

struct Waiting {
    observed: Vec<(u64, Observed)>,
    bytes: usize,
    last: u64,
    over: bool,
}

/// Leave to observe one exchange.
pub struct Place(());

impl Exchanges {
    /// Begins to keep exchanges within `limits`; none when they leave room for none, or no thread can be started. `own` are the
    /// credentials that no text may hold.
    pub fn start(limits: Limits, own: Vec<Secret>) -> Option<Arc<Self>> {
        if limits.most_bytes == 0 {
            return None;
        }
        let began_ms = u64::try_from(ProcessTime.wall().as_millis()).unwrap_or_default();
        let last = began_ms.saturating_mul(NUMBERS_PER_MS);
        let shared = Arc::new(Shared {
            waiting: Mutex::new(Waiting { observed: Vec::new(), bytes: 0, last, over: false }),
            some: Condvar::new(),
            memory: Mutex::new(Memory::new(limits)),
            news: broadcast::Sender::new(MOST_BEHIND),
            own: Own::new(own),
        });
        let (done, kept_until) = watch::channel(last);
        let theirs = Arc::clone(&shared);
        let started = thread::Builder::new().name("exchanges".to_owned()).spawn(move || theirs.mask_until_over(&done));
        if let Err(fault) = started {
            tracing::error!(%fault, "exchanges are not kept: no thread could be started");
            return None;
        }
        let [taken, refusals] = [TAKEN_PER_S, REFUSALS_TAKEN_PER_S].map(Budget::new);
        Some(Arc::new(Self { shared, began: ProcessTime.now(), taken, refusals, kept_until }))
    }

    /// Leave to observe one more, unless there were too many in this second.
    pub fn place(&self) -> Option<Place> {
        let place = self.taken.has_place(self.second()).then_some(Place(()));
        if place.is_none() {
            dropped();
        }
        place
    }

    /// Hands over what was observed; answers its number, or nothing when it is dropped.
    pub fn take(&self, _place: Place, observed: Observed) -> Option<u64> {
        let too_many = is_refusal(observed.status) && !self.refusals.has_place(self.second());
        let number = if too_many { None } else { self.shared.take(observed) };
        if number.is_none() {
            dropped();
        }
        number
    }

    fn second(&self) -> u64 {
        ProcessTime.now().duration_since(self.began).as_secs()
    }

    /// The tenant's exchange with this number, if it is kept.
    pub async fn one(&self, tenant: TenantId, id: u64) -> Option<Arc<Exchange>> {
        self.settle().await;
        self.shared.memory().one(id, ProcessTime.now()).filter(|exchange| exchange.about.tenant == tenant)
    }

    /// The newest ones, newest first; and whether there are more.
    pub async fn list(&self, filter: &Filter, limit: usize) -> (Vec<Arc<Exchange>>, bool) {
        self.settle().await;
        self.shared.memory().list(filter, limit, ProcessTime.now())
    }

    /// Each one that is kept from now on, of every tenant: ask a [`Filter`].
    pub fn news(&self) -> broadcast::Receiver<Arc<Exchange>> {
        self.shared.news.subscribe()
    }

    /// Waits until all that was handed over can be seen, so that who got an answer finds its exchange.
    async fn settle(&self) {
        let last = self.shared.waiting().last;
        // Without the thread there is nothing to wait for.
        drop(self.kept_until.clone().wait_for(|kept| *kept >= last).await);
    }
}

impl std::fmt::Debug for Exchanges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchanges").finish_non_exhaustive()
    }
}

impl Drop for Exchanges {
    fn drop(&mut self) {
        self.shared.waiting().over = true;
        self.shared.some.notify_one();
    }
}

fn dropped() {
    ::metrics::counter!(EXCHANGES_DROPPED).increment(1);
}

impl Shared {
    fn take(&self, observed: Observed) -> Option<u64> {
        let bytes = observed.body.held_bytes().saturating_add(observed.answer_body.held_bytes());
        let mut waiting = self.waiting();
        let after = waiting.bytes.saturating_add(bytes);
        if waiting.observed.len() >= MOST_WAITING || after > MOST_WAITING_BYTES {
            return None;
        }
        let number = waiting.last.saturating_add(1);
        (waiting.last, waiting.bytes) = (number, after);
        waiting.observed.push((number, observed));
        if waiting.observed.len() == 1 {
            self.some.notify_one();
        }
        Some(number)
    }

    fn mask_until_over(&self, done: &watch::Sender<u64>) {
        loop {
            let waiting = self.some.wait_while(self.waiting(), |waiting| waiting.observed.is_empty() && !waiting.over);
            let mut waiting = waiting.unwrap_or_else(PoisonError::into_inner);
            if waiting.over {
                return;
            }
            let observed = mem::take(&mut waiting.observed);
            waiting.bytes = 0;
            drop(waiting);
            for (number, observed) in observed {
                let exchange = Arc::new(mask(number, &observed, &self.own));
                drop(observed);
                self.memory().keep(Arc::clone(&exchange), ProcessTime.now());
                done.send_replace(number);
                // Nobody may be listening.
                drop(self.news.send(exchange));
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
