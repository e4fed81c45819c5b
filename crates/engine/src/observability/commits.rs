//! Measures commits from the store's seams: how many changes shared one, and how long its sync took. Called on the
//! writer's thread, so nothing here may wait.

use std::sync::{Arc, Mutex, PoisonError};

use lommebok_store::{CommitHook, CommitObserver, CommitStage};
use tokio::time::Instant;

use super::names::{CHANGES_PER_COMMIT, SYNC_SECONDS};
use crate::clock::ProcessTime;

/// Counts the changes of each commit.
pub fn changes() -> CommitObserver {
    Arc::new(|changes| {
        let changes = u32::try_from(changes).unwrap_or(u32::MAX);
        ::metrics::histogram!(CHANGES_PER_COMMIT).record(f64::from(changes));
    })
}

/// Times each sync, and calls a test's own hook as well; the time that a test holds the sync counts.
pub fn timed(tests_own: Option<CommitHook>) -> CommitHook {
    let began: Mutex<Option<Instant>> = Mutex::new(None);
    Arc::new(move |stage| {
        let mut began = began.lock().unwrap_or_else(PoisonError::into_inner);
        match stage {
            CommitStage::BeforeSync => *began = Some(ProcessTime.now()),
            CommitStage::AfterSync => {
                if let Some(began) = began.take() {
                    let took = ProcessTime.now().duration_since(began);
                    ::metrics::histogram!(SYNC_SECONDS).record(took.as_secs_f64());
                }
            }
        }
        drop(began);
        if let Some(hook) = &tests_own {
            hook(stage);
        }
    })
}
