//! The ledger's rows: payments and their entries, due work, and the reports that the wallet is owed.

mod due;
mod payments;
mod reports;
mod time;

pub(crate) use due::{DueRow, due_by, next_due, postpone, set_due};
pub(crate) use payments::{
    append, entries, find_by_id, find_by_name, find_by_order, find_by_session, insert, keep_session, page,
};
pub(crate) use reports::{Batch, ReportRow, close, gather, next_report, owed, postpone_batch, queue, split};
pub(crate) use time::{move_all, see, seen};

/// The ledger's tables, step by step.
pub(crate) const STEPS: [&str; 2] = [include_str!("../schema/ledger.sql"), include_str!("../schema/time.sql")];

/// A JSON column.
pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String, super::DatabaseFault> {
    serde_json::to_string(value).map_err(|fault| super::DatabaseFault::Row(fault.to_string()))
}

pub(super) fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, super::DatabaseFault> {
    serde_json::from_str(text).map_err(|fault| super::DatabaseFault::Row(fault.to_string()))
}
