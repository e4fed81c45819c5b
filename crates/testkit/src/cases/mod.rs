//! Tables of cases over real HTTP: one line says what is sent and what must come back, and a failure names that line.
//!
//! [`Call`] is a request as bytes (no client repairs it), [`Expected`] an answer's status, shape and codes, and [`Table`]
//! sends the one, checks the other, and sees that a refusal leaves no table with a row more or less. All faults of a table
//! are told together. What is expected is written by hand in the test; nothing here knows the rules.

mod call;
mod expected;
mod states;
mod table;

pub use call::{Call, exchange_bytes, released_together};
pub use expected::{Expected, app, bare, control, gateway, ok, page, problem, psp, token};
pub use states::EachState;
pub use table::Table;
