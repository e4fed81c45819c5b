//! Group commit: one thread takes what is queued, writes it in one transaction, syncs once, then answers all. The first change
//! starts it; where the store is told so, it ends when there has been no work for a while.
//!
//! One caller alone pays one sync, and whatever comes while it runs shares the next. After the commit of a large
//! group the writer waits a moment, so that more share a sync (ADR 0010). No answer leaves before the commit is durable, not even a
//! refusal, for that may rest on an uncommitted row of another change in the group.

mod answers;
pub(crate) mod group;
mod queue;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::batch::BatchTarget;
use crate::change::{Change, Committed, Write};
use crate::fault::CommitFault;
use crate::options::{CommitHook, CommitObserver, StoreOptions};
use crate::records::{SessionWrite, TriedFrom};
use answers::Delivery;
pub(crate) use group::GroupWriter;
use queue::{Queue, Requester, Taken, Thread};

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
    work: Arc<dyn Work>,
}

impl Committer {
    pub(crate) fn new(writer: impl GroupWriter, options: &StoreOptions) -> Self {
        let limits = (options.max_changes_waiting, options.max_requests_waiting);
        let queue = Arc::new(Queue::new(limits, options.writer_ends_after));
        let work = Arc::new(Groups {
            writer: Mutex::new(Some(writer)),
            queue: Arc::clone(&queue),
            max_changes: options.max_changes_per_commit.max(1),
            hook: options.commit_hook.clone(),
            observer: options.commit_observer.clone(),
        });
        Self { queue, work }
    }

    /// Queues the change and waits for its answer. The change is made even if the caller stops waiting.
    pub(crate) async fn commit(&self, change: Change) -> Answer {
        let (answer, answered) = oneshot::channel();
        if self.queue.put(Job { change, answer })? == Thread::Starts {
            self.start_thread();
        }
        answered.await.map_or(Err(CommitFault::Closed), Delivery::open)
    }

    fn start_thread(&self) {
        let work = Arc::clone(&self.work);
        let started = std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || work.go_on());
        if let Err(fault) = started {
            let fault = CommitFault::Unavailable(format!("the writer's thread can't be started: {fault}"));
            for job in self.queue.without_thread() {
                answers::hand_over([(job.answer, Err(fault.clone()))].into_iter());
            }
        }
    }

    /// Takes nothing new, finishes what is queued and closes the database's writer. Blocks.
    pub(crate) fn close(&self) {
        self.queue.close();
        self.work.finish();
    }

    /// Takes nothing new, drops what is queued, and the writer as it is. Blocks while a commit runs.
    pub(crate) fn discard(&self) {
        self.queue.abandon();
        self.work.discard();
    }
}

/// The writer's work, whatever the database.
trait Work: Send + Sync {
    /// Commits what is queued until the queue is closed, or empty for so long that the thread ends.
    fn go_on(&self);

    /// Commits what is left in a closed queue, and closes the database's writer.
    fn finish(&self);

    /// Drops the database's writer.
    fn discard(&self);
}

/// How groups are committed, and the writer, which whoever commits holds.
struct Groups<W> {
    writer: Mutex<Option<W>>,
    queue: Arc<Queue>,
    max_changes: usize,
    hook: Option<CommitHook>,
    observer: Option<CommitObserver>,
}

impl<W: GroupWriter> Work for Groups<W> {
    fn go_on(&self) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = writer.as_mut() {
            self.commit_groups(writer);
        }
    }

    fn finish(&self) {
        let writer = self.writer.lock();
        // After a panic nobody knows what the writer has in memory.
        let Ok(mut writer) = writer else { return };
        if let Some(mut writer) = writer.take() {
            self.commit_groups(&mut writer);
            writer.close();
        }
    }

    fn discard(&self) {
        drop(self.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl<W: GroupWriter> Groups<W> {
    fn commit_groups(&self, writer: &mut W) {
        // When a panic ends this, callers are answered instead of waiting for ever.
        let _closes = self.queue.closes_after_a_panic();
        let mut count = 0;
        loop {
            queue::delay_after(count);
            let Taken::Jobs(jobs) = self.queue.take(self.max_changes) else { return };
            let weight = jobs.iter().map(Job::weight).sum();
            count = jobs.len();
            let answers = group::commit(writer, &jobs, self.hook.as_ref());
            if let Some(observer) = &self.observer {
                observer(count);
            }
            answers::hand_over(jobs.into_iter().map(|job| job.answer).zip(answers));
            writer.answered(weight);
        }
    }
}
