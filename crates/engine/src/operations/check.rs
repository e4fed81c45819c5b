//! The operator's check of everything that is stored, while the wallet works: one at a time, slowly, and ended when its caller is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lommebok_store::{CheckReport, Store, StoreError};

use crate::tasks::Tasks;

/// How long a check may take, in ms of process time: what a command waits for an answer, and a bit less.
const TAKES_AT_MOST_MS: u64 = 9 * 60_000;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum CheckFault {
    /// One is enough.
    #[error("a check is under way already")]
    UnderWay,
    /// It was ended, or the store can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends the check when its caller goes away.
struct EndsWith(Arc<AtomicBool>);

impl Drop for EndsWith {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Checks the database while the wallet works.
#[derive(Debug)]
pub struct OnlineCheck {
    pub(crate) store: Store,
    pub(crate) tasks: Tasks,
    /// Held by the one that runs.
    pub(crate) turn: tokio::sync::Mutex<()>,
}

impl OnlineCheck {
    /// Compares everything that is stored twice, and looks whether the files are where they were.
    ///
    /// # Errors
    /// [`CheckFault`]; also when it takes longer than 9 min, or the server stops.
    pub async fn run(&self) -> Result<CheckReport, CheckFault> {
        let _turn = self.turn.try_lock().map_err(|_| CheckFault::UnderWay)?;
        let ends = EndsWith(Arc::default());
        let (store, ended) = (self.store.clone(), Arc::clone(&ends.0));
        let mut checking = self.tasks.spawn_blocking("check", move || store.check_online(ended));
        let in_time = tokio::select! {
            report = &mut checking => Some(report),
            () = tokio::time::sleep(Duration::from_millis(TAKES_AT_MOST_MS)) => None,
            () = self.tasks.stopping().cancelled() => None,
        };
        let report = if let Some(report) = in_time {
            report
        } else {
            ends.0.store(true, Ordering::Relaxed);
            checking.await
        };
        let mut report = report.unwrap_or(Err(StoreError::CheckEnded))?;
        report.faults.extend(self.store.file_fault());
        Ok(report)
    }
}
