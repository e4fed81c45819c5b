//! Putting a server together: the sandbox of `dev`, and what `serve` needs before it may start.
//!
//! The split is by type: only [`sandbox`] makes a simulated token service, a stub PSP and test routes; the production
//! router can't be given any. A newcomer's mistake: a flag that turns the one into the other.

mod parts;
pub mod prepared;
mod restored;
pub mod sandbox;
mod seeding;
mod stopped;

pub use prepared::PreparedSandbox;
pub use restored::{Acceptance, Accepted, EndedPayment, accept_restored};
pub use sandbox::{RunningSandbox, Seams, StartFault};
pub use seeding::Taken;
pub use stopped::{Checked, StoppedFault, check, reset_clock};
