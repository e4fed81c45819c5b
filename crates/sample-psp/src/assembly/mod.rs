//! Putting the sample PSP together: what it is given ([`SamplePspConfig`]), how it starts, and what runs ([`RunningSamplePsp`]).
//!
//! Order of a start: books, ledger, ports and files, receiver (which takes up what was left unfinished), listeners, the
//! ledger's work.

mod bound;
mod config;
mod fault;
mod keys;
mod late_answers;
mod open_shop;
mod start;
mod walk_in;

pub use config::{MerchantConfig, SamplePspConfig, ShopConfig, WalletAccess, WrapAcquirer};
pub use fault::{Listens, StartFault};
pub use start::{RunningSamplePsp, SamplePsp};
