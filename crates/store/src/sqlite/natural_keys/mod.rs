//! Natural keys (`pspTransactionId` and `merchantOrderId`): hashed, reserved by the writer, kept in memory until a merge pass
//! puts them into their tables, and found by readers (ADR 0009).
//!
//! The rest of `sqlite` uses what this file names and nothing behind it. A newcomer's mistake would be to read the tables
//! alone: recent keys are in memory only.

mod find;
mod hash;
mod recent;
mod write;

pub(crate) use find::{KeyReader, Sought, by_order, by_transaction, by_transactions};
pub(in crate::sqlite) use hash::{KeyHasher, MAX_PROBES, prove};
pub(in crate::sqlite) use recent::{Key, KeyTable, RecentKeys, Slot, Waiting};
pub(in crate::sqlite) use write::{NaturalKeys, Reservation};
