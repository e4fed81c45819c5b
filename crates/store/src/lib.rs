//! The only crate with SQL: one [`Store`] with group commit. SQLite now; another database would stand behind the same
//! committer.
//!
//! It keeps what it is given and decides nothing: the rules are in crate `domain`, and secrets come in hashed or sealed.
//! A change is stored as a whole or not at all, and an answer leaves only after its commit is durable. A newcomer's
//! mistakes: to look for a second way to write ([`Store::commit`] is the only one), or to trust a read that came before a
//! commit (the guard in the change does, see [`change::PaymentWrite::guard_version`]).

pub mod batch;
pub mod change;
mod codec;
mod committer;
pub mod fault;
pub mod options;
pub mod records;
pub mod secret;
mod sqlite;
pub mod store;
pub mod watermark;

pub use batch::{
    Batch, BatchEntry, BatchId, BatchRefusal, BatchTarget, ENTRIES_KEPT, Fate, NewBatch, ParkedEntry, REFUSALS_KEPT,
    TakenEntry, WaitingEntry,
};
pub use change::{
    BatchWrite, Change, ClockResetEnded, ClockResetWrite, Committed, DueRow, Expiring, IdempotentRoute, NewIdempotency,
    NewPayment, PaymentWrite, SkippedNumbers, Write,
};
pub use fault::{CommitFault, DatabaseError, StoreError, StoredIdempotency};
pub use options::{
    Access, CommitHook, CommitObserver, CommitStage, Durability, FaultHook, Rivals, SqliteOptions, StoreOptions,
};
pub use records::{
    Address, Card, CardDetails, ClockMode, ClockRecord, ClockReset, Comparable, EventPage, HistoryPage, Merchant,
    MerchantDetails, MerchantWrite, NewPsp, NewUser, Page, PageLimit, PaymentDetails, PaymentFilter, PaymentReceipt,
    Psp, Seed, SeededMerchant, SeededPsp, SeededUser, Session, SessionWrite, SignIn, Standing, Tenant, TriedFrom,
    TriedPin, User,
};
pub use secret::{HashKey, KeyedHash, Sealed};
pub use sqlite::CheckReport;
pub use store::Store;
pub use watermark::{LastChange, OlderDatabase, Watermark};

/// How long an idempotency key counts, in ms of business time: 24 h.
pub const IDEMPOTENCY_LIFE_MS: i64 = 24 * 60 * 60 * 1_000;

/// How long a browser is known after its last sign-in, in ms of business time: 90 days.
pub const KNOWN_BROWSER_LIFE_MS: i64 = 90 * 24 * 60 * 60 * 1_000;
