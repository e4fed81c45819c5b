//! Reads by indexed keys. Each is one statement or a few short ones; none holds a transaction longer than its rows.

pub(crate) mod batch;
pub(crate) mod details;
pub(crate) mod event;
pub(crate) mod list;
pub(crate) mod merchant;
pub(crate) mod payment;
pub(crate) mod person;
pub(crate) mod psp;
pub(crate) mod search;
