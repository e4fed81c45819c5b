//! How a store is opened: what any database is asked for, and apart from it what SQLite is. The defaults are the measured ones;
//! tests use the seams.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::secret::HashKey;
use crate::watermark::Watermark;

/// How far a commit is when the hook of [`StoreOptions::commit_hook`] is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitStage {
    /// Everything is written; nothing is durable yet.
    BeforeSync,
    /// The commit is durable; nothing is answered yet.
    AfterSync,
}

/// A function that the writer calls around each sync. It may hold the writer up.
pub type CommitHook = Arc<dyn Fn(CommitStage) + Send + Sync>;

/// A function that the writer calls after each commit and before the answers, with the number of changes that shared it.
pub type CommitObserver = Arc<dyn Fn(usize) + Send + Sync>;

/// What is about to happen when the hook of [`StoreOptions::fault_hook`] is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Something is to be read.
    Read,
    /// What was written is to be made durable.
    Commit,
}

/// A function that may make a read or a commit fail as a disk in trouble would, by saying why.
pub type FaultHook = Arc<dyn Fn(Access) -> Option<String> + Send + Sync>;

/// Others who are at work on the same database, for tests.
#[derive(Clone)]
pub struct Rivals {
    /// Every read awaits its future before it looks, and again before it answers: they may do anything there.
    pub at_work: Arc<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>,
    /// Asked before payments change: whether somebody was faster, so that the change is to be decided again.
    pub were_faster: Arc<dyn Fn() -> bool + Send + Sync>,
}

/// How a store is opened.
#[derive(Clone)]
pub struct StoreOptions {
    /// `sqlite:PATH`. The file is made when it does not exist; its directory must exist.
    pub url: String,
    /// The key of the natural keys' hashes; the same for the database's whole life.
    pub hash_key: HashKey,
    /// How far the database is remembered to have come; one that has not is refused ([`crate::StoreError::Older`]).
    pub remembered: Option<Watermark>,
    /// A seam for tests that hold the sync.
    pub commit_hook: Option<CommitHook>,
    /// A seam for tests in which the database is in trouble for a while.
    pub fault_hook: Option<FaultHook>,
    /// A seam for tests in which others are at work between a read and what comes before and after it.
    pub rivals: Option<Rivals>,
    pub commit_observer: Option<CommitObserver>,
    /// Changes (each payment of a change counts) that one commit takes at most.
    pub max_changes_per_commit: usize,
    /// Changes that may wait for the writer; more are answered with [`crate::CommitFault::Overloaded`].
    pub max_changes_waiting: usize,
    /// Inits and updatestatus requests that may wait for the writer, so that none of them waits for long; more are answered
    /// the same. One PSP may have three quarters of them waiting. What has begun already is not counted. In addition, a sixteenth as
    /// many tries to sign in may wait, and as many again of known browsers.
    pub max_requests_waiting: usize,
    /// How long the writer's thread waits for work before it ends, to be started again by the next change; `None`: as long as the
    /// store is open. For a process with many stores of which most have nothing to do.
    pub writer_ends_after: Option<Duration>,
    /// What only SQLite is asked for.
    pub sqlite: SqliteOptions,
}

/// What an acknowledged commit survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Everything that leaves the disk as it is: each commit is synced before it is acknowledged.
    PowerLoss,
    /// The end of the process, also by `kill -9`. After a power loss the last commits may be gone, and nothing is half there. For
    /// databases that are thrown away.
    ProcessEnd,
}

impl Durability {
    /// SQLite's `synchronous`, and how it reads it back.
    pub(crate) fn synchronous(self) -> (&'static str, &'static str) {
        match self {
            Self::PowerLoss => ("FULL", "2"),
            Self::ProcessEnd => ("NORMAL", "1"),
        }
    }
}

/// How an SQLite database is opened.
#[derive(Clone, Copy, Debug)]
pub struct SqliteOptions {
    pub durability: Durability,
    pub readers: usize,
    /// The writer's page cache, KiB. SQLite walks all of it after each commit that moved pages, so more is not better.
    pub writer_cache_kib: i64,
    /// Each reader's page cache, KiB.
    pub reader_cache_kib: i64,
    /// Frames of the write-ahead log (4,120 bytes each) at which the writer finishes the checkpoint, however much there is
    /// left to copy. It usually does at half of it, when little is left.
    pub max_wal_frames: i64,
    /// Natural keys (two a payment) that may wait in memory before they are put into their tables. More make each page that
    /// is written worth more, and a start after a crash longer: it reads up to two times as many again.
    pub max_keys_waiting: usize,
    /// Bits of the natural keys' hashes, at most 62. 49 are what a row's key keeps in 7 bytes, and make collisions rare
    /// (about one chance in eleven of a single pair among ten million payments); the bits are a seam for tests that want many.
    pub hash_bits: u32,
}

impl StoreOptions {
    /// The measured defaults for the database at `url` (`sqlite:PATH`).
    pub fn new(url: impl Into<String>, hash_key: HashKey) -> Self {
        Self {
            url: url.into(),
            hash_key,
            remembered: None,
            commit_hook: None,
            fault_hook: None,
            rivals: None,
            commit_observer: None,
            max_changes_per_commit: 512,
            max_changes_waiting: 16_384,
            max_requests_waiting: 1_024,
            writer_ends_after: None,
            sqlite: SqliteOptions::default(),
        }
    }
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            durability: Durability::PowerLoss,
            readers: 4,
            writer_cache_kib: 16 * 1024,
            reader_cache_kib: 16 * 1024,
            max_wal_frames: 32_000,
            max_keys_waiting: 65_536,
            hash_bits: 49,
        }
    }
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions")
            .field("url", &self.url)
            .field("max_changes_per_commit", &self.max_changes_per_commit)
            .field("sqlite", &self.sqlite)
            .finish_non_exhaustive()
    }
}
