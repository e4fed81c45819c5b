//! Work that nobody asks for: timers, attempts, notices, waiting entries and the batch.
//!
//! Each worker is a tick without input: it looks at rows that are due, does what they say and commits as every command does (`wallet::commit`).
//! Doing it twice is harmless. A newcomer's mistake: to keep something in memory that the rows don't say.

mod attempts;
mod batches;
mod call_deadline;
mod call_end;
mod due;
mod expired_rows;
mod notices;
mod recovery;
mod retry;
mod watch;
mod watermark;

pub use due::DueDone;
pub(crate) use due::look_after_due_work;
pub(crate) use expired_rows::remove_expired_rows;
pub(crate) use watch::watch;
pub use watermark::{Remembering, remember};
