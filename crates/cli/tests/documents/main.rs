//! What the documents say is run as it is written there: the README's commands, the guide for any language, the Control API, waiting, the 15 s
//! and worlds,
//! each in an empty directory with the real binary, and what they answer is compared with what is written below them.
//!
//! `LOMMEBOK_NO_BROWSER=1` leaves out what needs Python or Node, as it does all that needs more than Rust.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

mod control_api;
mod integrate;
mod page;
mod readme;
mod run_in_parallel;
mod sameness;
mod see_a_payment;
mod the_15_seconds;
mod wait_without_sleeping;
