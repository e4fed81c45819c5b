//! Holds the writer just before a sync, so that a test decides what shares the next commit.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use lommebok_store::{Change, CommitFault, CommitHook, CommitStage, Committed, Store};
use tokio::task::JoinSet;

use crate::world::{World, change, name, new, terms};

#[derive(Default)]
struct State {
    held: bool,
    waiting: bool,
    syncs: usize,
}

/// Open until [`Gate::hold`].
#[derive(Clone, Default)]
pub(crate) struct Gate {
    inner: Arc<(Mutex<State>, Condvar)>,
}

impl Gate {
    pub(crate) fn hook(&self) -> CommitHook {
        let gate = self.clone();
        Arc::new(move |stage| match stage {
            CommitStage::BeforeSync => gate.pass(),
            CommitStage::AfterSync => gate.lock().syncs += 1,
        })
    }

    pub(crate) fn hold(&self) {
        self.lock().held = true;
    }

    pub(crate) fn open(&self) {
        self.lock().held = false;
        self.inner.1.notify_all();
    }

    /// Commits that have become durable.
    pub(crate) fn syncs(&self) -> usize {
        self.lock().syncs
    }

    /// Blocks until the writer is at the gate.
    pub(crate) fn wait_until_reached(&self) {
        let state = self.inner.1.wait_while(self.lock(), |state| !state.waiting);
        drop(state.unwrap_or_else(PoisonError::into_inner));
    }

    fn pass(&self) {
        let mut state = self.lock();
        state.waiting = true;
        self.inner.1.notify_all();
        while state.held {
            state = self.inner.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A world whose writer can be held.
pub(crate) fn gated() -> (World, Gate) {
    let gate = Gate::default();
    let hook = gate.hook();
    (World::with(|options| options.commit_hook = Some(hook)), gate)
}

/// Commits all changes in one group, in this order, and gives their answers in the same order.
///
/// A payment of its own holds the writer meanwhile: the group is what has queued up behind it. The test's runtime has
/// one thread, so that tasks run in the order in which they were spawned.
pub(crate) async fn one_group(store: &Store, gate: &Gate, changes: Vec<Change>) -> Vec<Result<Committed, CommitFault>> {
    gate.hold();
    let mut plug = JoinSet::new();
    plug.spawn(commit(store.clone(), 0, change(new(terms(&name())))));
    tokio::task::yield_now().await;
    gate.wait_until_reached();
    let mut tasks = JoinSet::new();
    for (at, change) in changes.into_iter().enumerate() {
        tasks.spawn(commit(store.clone(), at, change));
    }
    // One yield lets the runtime poll some sixty tasks at the most.
    for _ in 0..tasks.len() {
        tokio::task::yield_now().await;
    }
    gate.open();
    assert!(plug.join_next().await.expect("one task").expect("it ends").1.is_ok());
    let mut answers = tasks.join_all().await;
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

async fn commit(store: Store, at: usize, change: Change) -> (usize, Result<Committed, CommitFault>) {
    (at, store.commit(change).await)
}
