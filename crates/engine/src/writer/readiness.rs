//! Whether what is asked for can be stored: what `/readyz` and the metrics say, and what refuses every change while a start is
//! not over.
//!
//! It is found out by writing. Each commit leaves the answer here; when there was none for a second, the next check closes a session
//! that does not exist: one small commit that changes nothing. A newcomer's mistake: to look at the free space instead; a quota, a limit
//! of the process and a disk that became read-only don't show there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lommebok_store::{CommitFault, KeyedHash, SessionWrite, Write};
use tokio::sync::watch;
use tokio::time::Instant;

use super::Writer;
use crate::clock::ProcessTime;
use crate::fault::Fault;
use crate::observability::names::WRITES_FAIL;

/// For so long the last write's answer counts, in ms of process time.
const COUNTS_FOR_MS: u64 = 1_000;
/// The writer is stuck when it has not answered within this, in ms of process time.
const ANSWERS_WITHIN_MS: u64 = 2_000;

/// The keyed hash of no session.
const NO_SESSION: KeyedHash = KeyedHash::new([0; 32]);

tokio::task_local! {
    /// Set for what does what came due before the start: it alone may write while the start is not over.
    static RECOVERS: ();
}

/// What is known of the store's writer.
#[derive(Debug)]
pub(super) struct Readiness {
    last: Mutex<LastWrite>,
    /// Held by who tries to write for all that ask.
    trying: Arc<tokio::sync::Mutex<()>>,
    /// Counts the tries that have ended.
    tried: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct LastWrite {
    /// When something was written or could not be.
    at: Option<Instant>,
    /// Why it could not be.
    fault: Option<String>,
    /// What came due before the start has not been done, because it could not be stored.
    recovers: bool,
    /// What the log has said of the files.
    file_fault: Option<String>,
}

impl Default for Readiness {
    fn default() -> Self {
        Self { last: Mutex::default(), trying: Arc::default(), tried: watch::Sender::new(0) }
    }
}

impl Readiness {
    /// A change was answered by the store. One that is refused for what it is proves nothing, and neither does one that found
    /// no place: one PSP's flood must not take the server away from all.
    pub(super) fn answered<T>(&self, answer: &Result<T, CommitFault>) {
        let fault = match answer {
            Ok(_) => None,
            Err(fault @ (CommitFault::Unavailable(_) | CommitFault::Closed)) => Some(fault.to_string()),
            Err(_) => return,
        };
        let mut last = self.last();
        (last.at, last.fault) = (Some(ProcessTime.now()), fault);
    }

    /// The last write's answer, while it counts.
    fn recent(&self) -> Option<Result<(), String>> {
        let last = self.last();
        let counts = last.at.is_some_and(|at| at.elapsed() < Duration::from_millis(COUNTS_FOR_MS));
        counts.then(|| last.fault.clone().map_or(Ok(()), Err))
    }

    fn last(&self) -> MutexGuard<'_, LastWrite> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Whether what is asked for can be stored now; else why not, in words for an operator.
    pub async fn stores(self: &Arc<Self>) -> Result<(), String> {
        if self.is_recovering() {
            return Err("what came due before the start can't be stored yet".to_owned());
        }
        self.look_at_files()?;
        match self.readiness.recent() {
            Some(answer) => answer,
            None => self.try_to_write().await,
        }
    }

    /// Looks whether the files are where they were, and says when that changes.
    pub(crate) fn look_at_files(&self) -> Result<(), String> {
        let fault = self.store.file_fault();
        let before = std::mem::replace(&mut self.readiness.last().file_fault, fault.clone());
        match (&before, &fault) {
            (_, Some(fault)) if before.as_ref() != Some(fault) => {
                tracing::error!(fault, "nothing is stored any more: the database is not where it was");
            }
            (Some(_), None) => tracing::info!("the database is where it was again"),
            _ => {}
        }
        fault.map_or(Ok(()), Err)
    }

    /// Writes something small, one for all that ask meanwhile.
    async fn try_to_write(self: &Arc<Self>) -> Result<(), String> {
        let mut tried = self.readiness.tried.subscribe();
        if let Ok(turn) = Arc::clone(&self.readiness.trying).try_lock_owned() {
            let writer = Arc::clone(self);
            self.tasks.spawn("try to write", async move {
                let nothing = Write::Session(SessionWrite::Close(NO_SESSION));
                // The readiness remembers how it went.
                drop(writer.commit(nothing, writer.clock.moment().epoch).await);
                drop(turn);
                writer.readiness.tried.send_modify(|count| *count = count.wrapping_add(1));
            });
        }
        match tokio::time::timeout(Duration::from_millis(ANSWERS_WITHIN_MS), tried.changed()).await {
            Ok(_) => self.readiness.last().fault.clone().map_or(Ok(()), Err),
            Err(_) => Err(format!("the store's writer has not answered for {ANSWERS_WITHIN_MS} ms")),
        }
    }

    /// Sets the gauge. While writes fail it also tries one, so that the gauge falls by itself.
    pub fn measure_writes(self: &Arc<Self>) {
        let fails = self.is_recovering() || self.look_at_files().is_err() || self.readiness.last().fault.is_some();
        ::metrics::gauge!(WRITES_FAIL).set(f64::from(u8::from(fails)));
        if fails && self.readiness.recent().is_none() {
            let writer = Arc::clone(self);
            self.tasks.spawn("measure", async move { drop(writer.try_to_write().await) });
        }
    }

    /// What came due before the start can't be stored: until [`Writer::has_recovered`], nothing else may change anything.
    pub(crate) fn recovers(&self) {
        self.readiness.last().recovers = true;
    }

    /// The start is over.
    pub(crate) fn has_recovered(&self) {
        self.readiness.last().recovers = false;
    }

    fn is_recovering(&self) -> bool {
        self.readiness.last().recovers
    }

    /// Refuses a change while a start is not over, unless it is the start's own.
    pub(crate) fn unless_recovering(&self) -> Result<(), Fault> {
        if !self.is_recovering() || RECOVERS.try_with(|()| ()).is_ok() {
            return Ok(());
        }
        let why = "what came due before the start comes first, and can't be stored yet";
        Err(CommitFault::Unavailable(why.to_owned()).into())
    }

    /// Runs the start's own work.
    pub(crate) async fn as_recovery<T>(work: impl Future<Output = T>) -> T {
        RECOVERS.scope((), work).await
    }
}
