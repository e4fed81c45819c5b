//! What can go wrong: opening and reading ([`StoreError`]), what a change can be answered ([`CommitFault`]), and what ends the
//! transaction that it is in (`WriteFault`).
//!
//! The database's own error is kept as the cause, without its type: callers know no SQLite.

use lommebok_domain::{PaymentId, Timestamp};

use crate::secret::KeyedHash;
use crate::watermark::OlderDatabase;

/// The database's own error, for logs.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DatabaseError(Box<dyn std::error::Error + Send + Sync>);

impl DatabaseError {
    pub(crate) fn new(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

/// Why a store can't be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Only `sqlite:PATH` is understood.
    #[error("the database URL {url:?} is not understood: write sqlite:PATH")]
    Url { url: String },
    /// Another process has the database.
    #[error("the database {path} is in use by another process")]
    InUse { path: String },
    /// The file can't be opened or locked.
    #[error("the database {path} can't be opened")]
    File {
        path: String,
        #[source]
        cause: std::io::Error,
    },
    /// A newer program wrote the database.
    #[error("the database has version {found}, this program knows versions up to {known}: use a newer program")]
    Newer { found: i64, known: i64 },
    /// The tables are not those of the database's version.
    #[error(
        "its tables are not those of version {version}, which it claims to have: {differences}. Nothing was changed; restore a \
         backup, or name the right database"
    )]
    Schema {
        /// The version that the file names.
        version: i64,
        /// The first of what differs.
        differences: String,
    },
    /// The database is older than what is remembered of it.
    #[error(transparent)]
    Older(Box<OlderDatabase>),
    /// A check while a server is running was ended before its end.
    #[error(
        "the check was ended: it took too long, or too much was written meanwhile; check a stopped server, or a copy"
    )]
    CheckEnded,
    /// The linked SQLite has a known fault.
    #[error("SQLite {found} is too old: 3.51.3 or newer is needed")]
    OldSqlite { found: &'static str },
    /// A setting that durability rests on could not be made.
    #[error("the database does not keep its promise: {setting} is {found}, it must be {wanted}")]
    NotDurable { setting: &'static str, found: String, wanted: &'static str },
    /// The hash key is not the one that the database was written with.
    #[error("the database was written with another hash key")]
    OtherHashKey,
    #[error("the database refused")]
    Database(#[source] DatabaseError),
    /// What is in the file can't be what was written.
    #[error("the database is damaged; restore a backup that `lommebok check` finds sound")]
    Damaged(#[source] DatabaseError),
}

/// What was stored under an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredIdempotency {
    /// Keyed hash of the request that was answered.
    pub request: KeyedHash,
    /// Number of the payment, batch or merchant that it made or changed.
    pub subject: i64,
    /// When (business time).
    pub at: Timestamp,
}

/// Why a change was not made. Nothing of it is stored then.
///
/// Precedence: idempotency, then transaction id, then order id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitFault {
    /// The same key and the same request have been answered: the same answer is due.
    #[error("this request has already been answered")]
    Replay(StoredIdempotency),
    /// The same key came with another request.
    #[error("the idempotency key was used for another request")]
    KeyConflict,
    /// The PSP has a payment with this pspTransactionId.
    #[error("the pspTransactionId exists")]
    TransactionIdExists,
    /// The merchant has a payment with this merchantOrderId.
    #[error("the merchantOrderId exists")]
    OrderIdExists,
    /// The tenant has a merchant with this serial number.
    #[error("the merchant serial number exists")]
    MsnExists,
    /// These payments (none: the batch or merchant) have another version than the change was decided on.
    #[error("decided on an old version")]
    Stale(Vec<PaymentId>),
    /// Business time was reset after this was decided: decide it again.
    #[error("business time was reset meanwhile")]
    ClockReset,
    /// Too many wrong PINs of this number came from there: none is looked at before this time.
    #[error("too many wrong PINs")]
    PinLocked {
        /// Business time from which the next one is looked at.
        until: Timestamp,
    },
    /// The database refuses a row of this change, also alone: an alarm.
    #[error("the database refuses a row: {0}")]
    Refused(String),
    /// The database can't write now (disk full, read-only, faulty).
    #[error("the database can't write: {0}")]
    Unavailable(String),
    /// More changes wait than the options allow.
    #[error("too many changes wait")]
    Overloaded,
    #[error("the store is closed")]
    Closed,
}

impl CommitFault {
    /// Whether the change rested on what is not so any more: it can be decided again.
    pub const fn is_outdated(&self) -> bool {
        matches!(self, Self::Stale(_) | Self::ClockReset)
    }
}

/// Why a transaction can't go on.
#[derive(Debug)]
pub(crate) enum WriteFault {
    /// The database refuses a row of this change.
    Row(String),
    /// The database can't write at all.
    Database(String),
}
