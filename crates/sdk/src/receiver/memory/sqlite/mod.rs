//! Records in an SQLite file: what was begun and answered survives a crash of process and machine (WAL,
//! `synchronous=FULL`). One process at a time has the file; the operating system frees it when that process ends.
//!
//! One thread does all the work: it takes what is waiting, writes it in one transaction, syncs once, then answers all.
//! No token and no cryptogram is kept; the addresses of 3-D Secure pages are.

mod file;

use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{Memory, Remembered, Saved, Version};
use crate::PspTransactionId;
use crate::receiver::{BoxError, Record};
use file::File;

/// The most jobs of one transaction.
const JOBS_AT_ONCE: usize = 256;
/// The most jobs that wait; then callers wait.
const JOBS_WAITING_MAX: usize = 4_096;

/// Remembers in an SQLite file.
#[derive(Debug)]
pub struct SqliteMemory {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// What one caller wants.
enum Job {
    Load(PspTransactionId, oneshot::Sender<Result<Option<Remembered>, BoxError>>),
    Save(Box<ToSave>, oneshot::Sender<Result<Saved, BoxError>>),
    Unsettled(oneshot::Sender<Result<Vec<PspTransactionId>, BoxError>>),
}

/// A record to be kept.
struct ToSave {
    id: PspTransactionId,
    text: String,
    is_unsettled: bool,
    replaces: Option<Version>,
}

/// An answer that leaves once the transaction is durable.
enum Ready {
    Load(oneshot::Sender<Result<Option<Remembered>, BoxError>>, Result<Option<Remembered>, BoxError>),
    Save(oneshot::Sender<Result<Saved, BoxError>>, Result<Saved, BoxError>),
    Unsettled(oneshot::Sender<Result<Vec<PspTransactionId>, BoxError>>, Result<Vec<PspTransactionId>, BoxError>),
}

/// The memory has been closed, or its thread has ended.
#[derive(Debug, thiserror::Error)]
#[error("the memory is closed")]
struct Closed;

/// A transaction that was not kept.
#[derive(Debug, thiserror::Error)]
#[error("the transaction was not kept: {0}")]
struct NotKept(String);

impl SqliteMemory {
    /// Opens the file at `path`, or makes it. Settled payments that were last touched over 30 days ago are forgotten.
    ///
    /// # Errors
    /// When the file can't be opened, another process has it, or a newer version of this crate wrote it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, BoxError> {
        let file = File::open(path.as_ref())?;
        let (jobs, waiting) = mpsc::channel(JOBS_WAITING_MAX);
        let thread = std::thread::Builder::new().name("makepayment-memory".to_owned());
        let thread = thread.spawn(move || work(&file, waiting))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<Result<T, BoxError>>) -> Job) -> Result<T, BoxError> {
        let (sender, answer) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or(Closed)?;
        jobs.send(job(sender)).await.map_err(|_| Closed)?;
        answer.await.map_err(|_| Closed)?
    }
}

impl Drop for SqliteMemory {
    /// Waits until what was asked for is done and the file is free.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the memory's thread had panicked");
        }
    }
}

impl Memory for SqliteMemory {
    async fn load(&self, id: &PspTransactionId) -> Result<Option<Remembered>, BoxError> {
        self.ask(|sender| Job::Load(id.clone(), sender)).await
    }

    async fn save(&self, id: &PspTransactionId, record: &Record, replaces: Option<Version>) -> Result<Saved, BoxError> {
        let to_save = ToSave { id: id.clone(), text: record.to_text(), is_unsettled: record.is_unsettled(), replaces };
        self.ask(|sender| Job::Save(Box::new(to_save), sender)).await
    }

    async fn unsettled(&self) -> Result<Vec<PspTransactionId>, BoxError> {
        self.ask(Job::Unsettled).await
    }

    fn is_shared(&self) -> bool {
        false
    }
}

/// Does the work that waits, until all senders are gone.
fn work(file: &File, mut waiting: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(JOBS_AT_ONCE);
    while waiting.blocking_recv_many(&mut jobs, JOBS_AT_ONCE) > 0 {
        let mut ready = Vec::with_capacity(jobs.len());
        let kept = file.transaction(|| ready.extend(jobs.drain(..).map(|job| carry_out(file, job))));
        jobs.clear();
        let fault = kept.err().map(|fault| fault.to_string());
        for answer in ready {
            send(answer, fault.as_deref());
        }
    }
}

fn carry_out(file: &File, job: Job) -> Ready {
    match job {
        Job::Load(id, sender) => Ready::Load(sender, load(file, &id)),
        Job::Save(to_save, sender) => Ready::Save(sender, save(file, &to_save)),
        Job::Unsettled(sender) => Ready::Unsettled(sender, unsettled(file)),
    }
}

fn load(file: &File, id: &PspTransactionId) -> Result<Option<Remembered>, BoxError> {
    let Some((text, version)) = file.load(id.as_str())? else { return Ok(None) };
    Ok(Some(Remembered { record: Record::from_text(&text)?, version, age: Duration::ZERO }))
}

fn save(file: &File, to_save: &ToSave) -> Result<Saved, BoxError> {
    let ToSave { id, text, is_unsettled, replaces } = to_save;
    let saved = match replaces {
        None => file.insert(id.as_str(), text, *is_unsettled)?.then_some(1),
        Some(version) => file.replace(id.as_str(), text, *is_unsettled, *version)?.then(|| version.saturating_add(1)),
    };
    Ok(saved.map_or(Saved::Conflict, Saved::As))
}

fn unsettled(file: &File) -> Result<Vec<PspTransactionId>, BoxError> {
    let ids = file.unsettled()?;
    Ok(ids.into_iter().map(PspTransactionId::new).collect::<Result<_, _>>()?)
}

/// Answers; a caller who has gone needs none.
fn send(ready: Ready, fault: Option<&str>) {
    fn answer<T>(sender: oneshot::Sender<Result<T, BoxError>>, result: Result<T, BoxError>, fault: Option<&str>) {
        let result = match fault {
            Some(fault) => Err(NotKept(fault.to_owned()).into()),
            None => result,
        };
        drop(sender.send(result));
    }
    match ready {
        Ready::Load(sender, result) => answer(sender, result, fault),
        Ready::Save(sender, result) => answer(sender, result, fault),
        Ready::Unsettled(sender, result) => answer(sender, result, fault),
    }
}
