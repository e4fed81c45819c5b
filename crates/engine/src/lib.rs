//! The wallet at work: every command on a payment and what follows from it, its attempts, notices and timers, the makePayment call,
//! tokens, keys and time.
//!
//! Not here: HTTP from outside, pages, settings as text (crate `server`), what a payment may become (crate `domain`), SQL
//! (crate `store`).

pub mod clock;
pub mod keys;
pub mod observability;
pub mod outbound;
pub mod randomness;
pub mod tasks;
pub mod tokens;
pub mod wallet;
pub mod workers;
