//! Group commit: one thread takes what is queued, writes it in one transaction, syncs once, then answers all.
//!
//! One caller alone pays one sync, and whatever comes while it runs shares the next. After the commit of a large
//! group the writer waits a moment, so that more share a sync (ADR 0010). No answer leaves before the commit is durable, not even a
//! refusal, for that may rest on an uncommitted row of another change in the group.

mod answers;
pub(crate) mod group;
mod queue;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::batch::BatchTarget;
use crate::change::{Change, Committed, Write};
use crate::fault::{CommitFault, StoreError};
use crate::options::{CommitHook, CommitObserver, StoreOptions};
use crate::records::{SessionWrite, TriedFrom};
use answers::Delivery;
pub(crate) use group::GroupWriter;
use queue::{Queue, Requester};

/// What a change is answered.
pub(crate) type Answer = Result<Committed, CommitFault>;

/// A change that waits, and whom to answer.
pub(crate) struct Job {
    pub(crate) change: Change,
    pub(crate) answer: oneshot::Sender<Delivery>,
}

impl Job {
    /// How many payments it writes, and at least one: what a commit's size is counted in.
    fn weight(&self) -> usize {
        match &self.change.write {
            Write::Payments(writes) => writes.len().max(1),
            Write::Batch(batch) => batch.payments.len().max(1),
            Write::ResetClock(reset) => reset.moved.len().max(1),
            Write::NewPayment(_)
            | Write::Merchant(_)
            | Write::Session(_)
            | Write::Clock(_)
            | Write::Seed(_)
            | Write::Purge { .. }
            | Write::SkipNumbers(_) => 1,
        }
    }
}

/// Who asks, when the change begins something new; `None` for the next step of what has begun.
fn requested_by(change: &Change) -> Option<Requester> {
    let psp = match &change.write {
        Write::NewPayment(new) => new.terms.psp,
        Write::Batch(batch) => match &batch.target {
            BatchTarget::New(new) => new.psp,
            BatchTarget::Pending { .. } => return None,
        },
        Write::Session(SessionWrite::SignIn(tried)) => {
            return Some(match tried.from {
                TriedFrom::KnownBrowser(_) => Requester::KnownBrowsers,
                TriedFrom::Address { .. } => Requester::UnknownAddresses,
            });
        }
        Write::Payments(_)
        | Write::Merchant(_)
        | Write::Session(SessionWrite::Close(_))
        | Write::Clock(_)
        | Write::ResetClock(_)
        | Write::Seed(_)
        | Write::Purge { .. }
        | Write::SkipNumbers(_) => return None,
    };
    Some(Requester::Psp(change.tenant, psp))
}

/// The way to the writer's thread.
pub(crate) struct Committer {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Committer {
    pub(crate) fn start(writer: impl GroupWriter, options: &StoreOptions) -> Result<Self, StoreError> {
        let queue = Arc::new(Queue::new(options.max_changes_waiting, options.max_requests_waiting));
        let theirs = Arc::clone(&queue);
        let groups = Groups {
            max_changes: options.max_changes_per_commit.max(1),
            hook: options.commit_hook.clone(),
            observer: options.commit_observer.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(writer, &theirs, &groups))
            .map_err(StoreError::Thread)?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)) })
    }

    /// Queues the change and waits for its answer. The change is made even if the caller stops waiting.
    pub(crate) async fn commit(&self, change: Change) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.queue.put(Job { change, answer })?;
        answered.await.map_or(Err(CommitFault::Closed), Delivery::open)
    }

    /// Takes nothing new, finishes what is queued and ends the thread.
    pub(crate) fn close(&self) {
        self.queue.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ended = thread.join();
        }
    }
}

/// How the writer's thread commits.
struct Groups {
    max_changes: usize,
    hook: Option<CommitHook>,
    observer: Option<CommitObserver>,
}

fn run(mut writer: impl GroupWriter, queue: &Queue, groups: &Groups) {
    // Also when this thread ends by a panic, callers are answered instead of waiting for ever.
    let _closes = queue.closes_when_dropped();
    let mut count = 0;
    loop {
        queue::delay_after(count);
        let Some(jobs) = queue.take(groups.max_changes) else { break };
        let weight = jobs.iter().map(Job::weight).sum();
        count = jobs.len();
        let answers = group::commit(&mut writer, &jobs, groups.hook.as_ref());
        if let Some(observer) = &groups.observer {
            observer(count);
        }
        answers::hand_over(jobs.into_iter().map(|job| job.answer).zip(answers));
        writer.answered(weight);
    }
    writer.close();
}
