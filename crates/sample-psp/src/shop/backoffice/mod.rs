//! The back office: sales, what can be done with their money, who did what, and where the PSP and the wallet disagree.
//!
//! It has no sign-in: the shop is a sandbox on its owner's machine. Its forms are ours alone (`form_origin`) and carry a key,
//! so that a double click captures once.

pub(super) mod list;
pub(super) mod operate;
pub(super) mod order;
pub(super) mod reconciliation;
mod sale;
mod words;
