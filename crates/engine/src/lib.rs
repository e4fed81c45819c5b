//! The wallet at work, as services of one tenant: [`payments`] is where every change of a payment is decided and committed; [`inits`],
//! [`approvals`], [`status_updates`], [`attempts`] and [`timers`] make it do so; [`directory`] and [`people`] know PSPs, merchants and
//! users. [`wallet`] puts them together.
//!
//! Not here: HTTP from outside, pages, settings as text (crate `server`), what a payment may become (crate `domain`), SQL
//! (crate `store`).

pub mod after_commit;
pub mod approvals;
pub mod attempts;
pub mod clock;
pub mod directory;
pub mod exchanges;
pub mod fault;
pub mod idempotency;
mod in_flight;
pub mod inits;
pub mod keys;
pub mod observability;
pub mod operations;
pub mod outbound;
pub mod payments;
pub mod people;
pub mod randomness;
mod retry;
pub mod search;
pub mod simulated_user;
pub mod status_updates;
pub mod tasks;
pub mod time_travel;
pub mod timers;
pub mod tokens;
pub mod traffic;
pub mod wallet;
pub mod writer;
