//! The real wallet in-process, for the tests of a PSP: on a port, a database and a clock of the test's own, so that a whole
//! suite runs in parallel.
//!
//! [`TestWallet`] is where to begin. Its time is frozen until you [advance](TestWallet::advance) it; your PSP is a
//! real server to it, called over real HTTP.
//!
#![doc = "```"]
#![doc = include_str!("../examples/first_test.rs")]
#![doc = "```"]
#![warn(missing_docs)]

mod clock;
mod error;
mod requests;
mod seen;
mod sent;
mod starting;
mod state;
mod user;
mod wallet;

pub use clock::{HandClock, WalletClock};
pub use error::TestError;
pub use requests::{SentFields, SentOperation, SentRequest, SentToken};
pub use seen::{Effect, Outcome, Received, Seen};
pub use sent::{Sent, SentKind};
pub use state::State;
pub use user::{Card, StepUp};
pub use wallet::TestWallet;
