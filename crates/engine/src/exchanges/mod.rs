//! What was said: each request with its answer, without its secrets, for whoever looks for the reason of a refusal
//! ([ADR 0020](../../../../docs/adr/0020-an-exchange-is-masked-before-it-can-be-seen.md)). Only a sandbox has it.
//!
//! It must not cost the payment's path: an exchange is handed over as it is, by reference to its bytes, to a thread that masks and
//! keeps it; what comes faster is dropped and counted. A newcomer's mistake: to keep, or to log, an [`Observed`].

mod calls_out;
mod file;
mod hiding;
mod keeper;
mod masking;
mod members;
mod memory;
mod record;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::{self, JoinHandle};

use lommebok_domain::TenantId;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

use crate::clock::ProcessTime;
use crate::keys::Secret;
use crate::observability::Budget;
use crate::observability::names::EXCHANGES_DROPPED;
use file::Files;
use hiding::Own;
use keeper::Keeper;
use memory::Memory;
use record::is_refusal;

pub(crate) use calls_out::ObservedCall;
pub use memory::{Filter, Limits, Payments};
pub use record::{About, Body, CallOut, Exchange, Interface, Message, NotShown};
pub use record::{Observed, ObservedBody, ObservedHeaders, Reason, Target};

/// A longer body is not looked at.
pub const MOST_BODY_BYTES: usize = 64 * 1024;
/// The span in which exchanges are counted, in seconds: a suite that begins a hundred tests at once is over within it.
const SPAN_S: u64 = 10;
/// Exchanges that are taken in a span; what is more than people and their tests make is a load test.
const TAKEN_PER_SPAN: u32 = 5_000;
/// Refusals of them: an answer that may echo costs more to mask.
const REFUSALS_TAKEN_PER_SPAN: u32 = 1_250;
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
    /// How many of those that were handed over can be seen.
    seen: watch::Receiver<u64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    waiting: Mutex<Waiting>,
    some: Condvar,
    memory: Mutex<Memory>,
    news: broadcast::Sender<Arc<Exchange>>,
    own: RwLock<HashMap<TenantId, Arc<Own>>>,
}

struct Waiting {
    observed: Vec<(u64, Observed)>,
    bytes: usize,
    /// The greatest number so far.
    last: u64,
    /// How many were handed over so far.
    handed: u64,
    /// Tenants of which nothing is to be left.
    forgotten: Vec<TenantId>,
    over: bool,
}

impl Waiting {
    /// Nothing yet but the exchanges of an earlier process, which are read first.
    fn after(last: u64) -> Self {
        Self { observed: Vec::new(), bytes: 0, last, handed: 1, forgotten: Vec::new(), over: false }
    }
}

/// Leave to observe one exchange.
pub struct Place(());

impl Exchanges {
    /// Begins to keep exchanges within `limits`, also in files in `directory`; none when they leave room for none, or no thread can
    /// be started.
    pub fn start(limits: Limits, directory: Option<PathBuf>) -> Option<Arc<Self>> {
        if limits.most_bytes == 0 {
            directory.as_deref().inspect(|directory| Files::remove(directory));
            return None;
        }
        let began_ms = u64::try_from(ProcessTime.wall().as_millis()).unwrap_or_default();
        let last = began_ms.saturating_mul(NUMBERS_PER_MS);
        let shared = Arc::new(Shared {
            waiting: Mutex::new(Waiting::after(last)),
            some: Condvar::new(),
            memory: Mutex::new(Memory::new(limits)),
            news: broadcast::Sender::new(MOST_BEHIND),
            own: RwLock::default(),
        });
        let (sender, seen) = watch::channel(0);
        let keeper = Keeper::new(Arc::clone(&shared), sender);
        let started =
            thread::Builder::new().name("exchanges".to_owned()).spawn(move || keeper.run(limits, directory, last));
        let thread = match started {
            Ok(thread) => Mutex::new(Some(thread)),
            Err(fault) => {
                tracing::error!(%fault, "exchanges are not kept: no thread could be started");
                return None;
            }
        };
        let [taken, refusals] = [TAKEN_PER_SPAN, REFUSALS_TAKEN_PER_SPAN].map(Budget::new);
        Some(Arc::new(Self { shared, began: ProcessTime.now(), taken, refusals, seen, thread }))
    }

    /// From now on no text of this tenant may hold these credentials; those that were known before are not looked for any more.
    pub fn know(&self, tenant: TenantId, credentials: &[Secret]) {
        let own = Arc::new(Own::new(credentials));
        self.shared.own.write().unwrap_or_else(PoisonError::into_inner).insert(tenant, own);
    }

    /// Forgets all of a tenant that asks and is asked no more.
    pub fn forget(&self, tenant: TenantId) {
        self.shared.own.write().unwrap_or_else(PoisonError::into_inner).remove(&tenant);
        let mut waiting = self.shared.waiting();
        waiting.forgotten.push(tenant);
        waiting.handed = waiting.handed.saturating_add(1);
        drop(waiting);
        self.shared.some.notify_one();
    }

    /// Leave to observe one more, unless there were too many in this span.
    pub fn place(&self) -> Option<Place> {
        let place = self.taken.has_place(self.span()).then_some(Place(()));
        if place.is_none() {
            dropped();
        }
        place
    }

    /// Hands over what was observed; answers its number, or nothing when it is dropped.
    pub fn take(&self, _place: Place, observed: Observed) -> Option<u64> {
        let too_many = is_refusal(observed.status) && !self.refusals.has_place(self.span());
        let number = if too_many { None } else { self.shared.take(None, observed) };
        if number.is_none() {
            dropped();
        }
        number
    }

    /// Hands over what is known by now of an exchange that was handed over before.
    pub(crate) fn take_again(&self, number: u64, observed: Observed) {
        if self.shared.take(Some(number), observed).is_none() {
            dropped();
        }
    }

    /// The span that it is now.
    fn span(&self) -> u64 {
        ProcessTime.now().duration_since(self.began).as_secs().div_euclid(SPAN_S)
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
        let handed = self.shared.waiting().handed;
        // Without the thread there is nothing to wait for.
        drop(self.seen.clone().wait_for(|seen| *seen >= handed).await);
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
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // It writes what it has, and that does not take long. That it panicked was logged.
        drop(thread.map(JoinHandle::join));
    }
}

fn dropped() {
    ::metrics::counter!(EXCHANGES_DROPPED).increment(1);
}

impl Shared {
    fn take(&self, number: Option<u64>, observed: Observed) -> Option<u64> {
        let bytes = observed.body.held_bytes().saturating_add(observed.answer_body.held_bytes());
        let mut waiting = self.waiting();
        let after = waiting.bytes.saturating_add(bytes);
        if waiting.observed.len() >= MOST_WAITING || after > MOST_WAITING_BYTES {
            return None;
        }
        let number = number.unwrap_or_else(|| waiting.last.saturating_add(1));
        (waiting.last, waiting.bytes) = (waiting.last.max(number), after);
        waiting.handed = waiting.handed.saturating_add(1);
        waiting.observed.push((number, observed));
        if waiting.observed.len() == 1 {
            self.some.notify_one();
        }
        Some(number)
    }

    fn own_of(&self, tenant: TenantId) -> Arc<Own> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.get(&tenant).map(Arc::clone).unwrap_or_default()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
