//! Reads by indexed keys. Each is one statement or a few short ones; none holds a transaction longer than its rows.

pub(crate) mod batch;
pub(crate) mod details;
pub(crate) mod event;
pub(crate) mod list;
pub(crate) mod merchant;
pub(crate) mod payment;
pub(crate) mod person;
pub(crate) mod psp;

pub(crate) use super::{due, idempotency};

pub(crate) mod row_counts {
    pub(crate) use crate::sqlite::check::row_counts as all;
}
