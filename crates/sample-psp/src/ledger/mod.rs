//! The PSP's ledger: what became of each payment, as an append-only list of entries. State and sums are their fold
//! ([`Payment::apply`]); what a command makes of a payment is decided by a pure function ([`decide()`]).
//!
//! Nothing here waits, stores or calls. `Ledger` (in `store`) is the exception: it keeps the entries under a guard of the payment's
//! version. A newcomer's mistake: to change a payment and then tell the wallet; the report follows from the entry.

mod command;
mod decide;
mod due;
mod entry;
mod fold;
mod money;
mod payment;
mod report;
mod store;
mod time_seen;
mod wallet_word;

pub use command::{Asked, Command, IfMissing, Refusal};
pub use decide::decide;
pub use due::{Due, DueKind};
pub use entry::{Entry, EntryKind};
pub use money::{Operation, OperationKind, OperationState, Sums};
pub use payment::{AttemptNumber, Challenge, Ended, Entrance, Payment, State, StepUp, Terms};
pub use report::Report;
pub(crate) use report::status_word;
pub(crate) use store::{Commit, Created, Ledger, LedgerFault, Name};
pub use wallet_word::{Finding, InitRefusal, NoticeKind, Settled};
