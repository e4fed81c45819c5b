//! The queue in front of the writer: bounded, first come first served.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lommebok_domain::{PspId, TenantId};

use super::{Job, requested_by};
use crate::fault::CommitFault;

/// Changes of one commit that make it a large group.
const LARGE_GROUP: usize = 12;

/// How long the writer waits after the commit of a large group before it takes what is queued.
const COMMIT_DELAY: Duration = Duration::from_micros(200);

/// After a commit of so many changes: callers who were answered soon ask again, and then share the next sync.
pub(super) fn delay_after(committed: usize) {
    if committed >= LARGE_GROUP {
        std::thread::sleep(COMMIT_DELAY);
    }
}

pub(super) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    most_waiting: usize,
    most_requests: usize,
    /// How long the thread waits for work before it ends; for ever without.
    thread_ends_after: Option<Duration>,
}

/// Whether somebody takes the jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thread {
    /// A thread is there, or is being started.
    Runs,
    /// None: who put this job starts one.
    Starts,
}

/// What the thread is to do.
pub(super) enum Taken {
    Jobs(Vec<Job>),
    /// End: the queue is closed and empty, or there has been no work for long.
    Nothing,
}

/// The party that asks for something new: each has its share of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Requester {
    /// A PSP of a tenant.
    Psp(TenantId, PspId),
    /// All sign-ins from unknown addresses are one requester: else strangers who guess PINs could fill the queue.
    UnknownAddresses,
    /// Sign-ins with a known browser, which are not to wait for those.
    KnownBrowsers,
}

impl Requester {
    /// How many of its requests may wait, where `most` of all PSPs may.
    fn share(self, most: usize) -> usize {
        let share = match self {
            Self::Psp(..) => most.saturating_sub(most.checked_div(4).unwrap_or_default()),
            Self::UnknownAddresses | Self::KnownBrowsers => most.checked_div(16).unwrap_or_default(),
        };
        share.max(1)
    }
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    requests: Requests,
    closed: bool,
    writer_waits: bool,
    has_thread: bool,
}

/// Requests that wait, by whom, and those of all PSPs.
#[derive(Default)]
struct Requests {
    of_psps: usize,
    of: HashMap<Requester, usize>,
}

impl Requests {
    /// Counts one more of `who`, unless its share or that of all PSPs (`most`) is used up. Sign-ins have shares of their own.
    fn admit(&mut self, who: Requester, most: usize) -> bool {
        let own = self.of.entry(who).or_default();
        let is_psp = matches!(who, Requester::Psp(..));
        if *own >= who.share(most) || (is_psp && self.of_psps >= most) {
            return false;
        }
        *own = own.saturating_add(1);
        self.of_psps = self.of_psps.saturating_add(usize::from(is_psp));
        true
    }

    fn taken(&mut self, who: Requester) {
        self.of_psps = self.of_psps.saturating_sub(usize::from(matches!(who, Requester::Psp(..))));
        if let Some(own) = self.of.get_mut(&who) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                self.of.remove(&who);
            }
        }
    }
}

impl State {
    fn take(&mut self, count: usize) -> Vec<Job> {
        let taken: Vec<Job> = self.jobs.drain(..count).collect();
        for who in taken.iter().filter_map(|job| requested_by(&job.change)) {
            self.requests.taken(who);
        }
        taken
    }
}

impl Queue {
    pub(super) fn new((most_waiting, most_requests): (usize, usize), thread_ends_after: Option<Duration>) -> Self {
        Self { state: Mutex::default(), filled: Condvar::new(), most_waiting, most_requests, thread_ends_after }
    }

    pub(super) fn put(&self, job: Job) -> Result<Thread, CommitFault> {
        let mut state = self.lock();
        if state.closed {
            return Err(CommitFault::Closed);
        }
        if state.jobs.len() >= self.most_waiting {
            return Err(CommitFault::Overloaded);
        }
        if let Some(who) = requested_by(&job.change)
            && !state.requests.admit(who, self.most_requests)
        {
            return Err(CommitFault::Overloaded);
        }
        state.jobs.push_back(job);
        let wake = std::mem::take(&mut state.writer_waits);
        let had_thread = std::mem::replace(&mut state.has_thread, true);
        drop(state);
        if wake {
            self.filled.notify_one();
        }
        Ok(if had_thread { Thread::Runs } else { Thread::Starts })
    }

    /// The thread could not be started: what waits for it. The next job tries again.
    pub(super) fn without_thread(&self) -> Vec<Job> {
        let mut state = self.lock();
        state.has_thread = false;
        let waiting = state.jobs.len();
        state.take(waiting)
    }

    /// Waits for work and takes jobs up to the weight `most` (one that is heavier comes alone).
    pub(super) fn take(&self, most: usize) -> Taken {
        let mut state = self.lock();
        while state.jobs.is_empty() {
            if state.closed {
                return Taken::Nothing;
            }
            state.writer_waits = true;
            state = match self.thread_ends_after {
                None => self.filled.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(patience) => {
                    let (mut state, waited) =
                        self.filled.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner);
                    if waited.timed_out() && state.jobs.is_empty() && !state.closed {
                        (state.has_thread, state.writer_waits) = (false, false);
                        return Taken::Nothing;
                    }
                    state
                }
            };
        }
        let (mut weight, mut count) = (0_usize, 0_usize);
        for job in &state.jobs {
            weight = weight.saturating_add(job.weight());
            if weight > most && count > 0 {
                break;
            }
            count = count.saturating_add(1);
        }
        Taken::Jobs(state.take(count))
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
    }

    /// Closes the queue; what waits is answered [`CommitFault::Closed`].
    pub(super) fn abandon(&self) {
        self.close();
        self.lock().jobs.clear();
    }

    /// Closes the queue when it is dropped by a panic; what waits then is answered [`CommitFault::Closed`].
    pub(super) fn closes_after_a_panic(&self) -> impl Drop + '_ {
        struct Closes<'a>(&'a Queue);
        impl Drop for Closes<'_> {
            fn drop(&mut self) {
                if std::thread::panicking() {
                    self.0.abandon();
                }
            }
        }
        Closes(self)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
