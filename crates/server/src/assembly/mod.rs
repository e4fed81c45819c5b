//! Putting a server together: the sandbox of `dev`, and what `serve` needs before it may start.
//!
//! The split is by type: only [`sandbox`] makes a simulated token service, a stub PSP and test routes; the production
//! router can't be given any. A newcomer's mistake: a flag that turns the one into the other.

mod parts;
pub mod prepared;
mod restored;
pub mod sandbox;
mod seams;
mod seeding;
mod start_fault;
mod stopped;
mod tenants;
mod world;

pub use prepared::PreparedSandbox;
pub use restored::{Acceptance, Accepted, EndedPayment, accept_restored};
pub use sandbox::RunningSandbox;
pub use seams::Seams;
pub use seeding::Taken;
pub use start_fault::StartFault;
pub use stopped::{Checked, StoppedFault, check, reset_clock};
