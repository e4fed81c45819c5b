//! The ledger's rules as tables, written by hand: every state meets every command, and what we tell the wallet of it.
#![expect(clippy::arithmetic_side_effects, reason = "small numbers of the tests' own")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "in tests a missing value is the test's failure")]

mod amounts;
mod states;
mod table;
mod told;
