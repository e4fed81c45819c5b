//! What the receiver remembers of each payment, so that no repeat and no restart authorises twice. A small trait, and its
//! two forms: [`InMemory`] for tests and trials, `SqliteMemory` (feature `sqlite`) for one process that must survive.
//!
//! Bring your own for several processes on one database. All counting is the receiver's: a memory only keeps texts and
//! compares versions.

mod in_memory;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::time::Duration;

pub use in_memory::InMemory;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteMemory;

use super::{BoxError, Record};
use crate::PspTransactionId;

/// How often a record was saved; begins with 1.
pub type Version = u64;

/// A record as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The record.
    pub record: Record,
    /// Its version.
    pub version: Version,
    /// How long ago it was saved. Only asked for when [`Memory::is_shared`].
    pub age: Duration,
}

/// What became of saving a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is durable, as this version.
    As(Version),
    /// Another writer was faster; nothing was changed.
    Conflict,
}

/// Keeps the receiver's records.
///
/// `save` must be durable when it returns, and atomic: of two that replace the same version one succeeds.
pub trait Memory: Send + Sync + 'static {
    /// The record of a payment.
    ///
    /// # Errors
    /// When it can't be read.
    fn load(&self, id: &PspTransactionId) -> impl Future<Output = Result<Option<Remembered>, BoxError>> + Send;

    /// Keeps `record` as version `replaces + 1` if the kept version is `replaces`; with `None` as version 1, if there is
    /// none.
    ///
    /// # Errors
    /// When it can't be written, or it is not known whether it was.
    fn save(
        &self,
        id: &PspTransactionId,
        record: &Record,
        replaces: Option<Version>,
    ) -> impl Future<Output = Result<Saved, BoxError>> + Send;

    /// The payments whose record [is unsettled](Record::is_unsettled).
    ///
    /// # Errors
    /// When they can't be read.
    fn unsettled(&self) -> impl Future<Output = Result<Vec<PspTransactionId>, BoxError>> + Send;

    /// Whether receivers in other processes may use the same records at the same time. If not, whatever another run has
    /// left unfinished is known to be abandoned.
    fn is_shared(&self) -> bool {
        true
    }
}
