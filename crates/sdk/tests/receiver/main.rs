//! The receiver as the wallet sees it: an HTTP service that counts attempts, keeps its time and survives crashes.
//!
//! The handler is scripted; time is paused or owned, and no test waits for it to pass.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that can't go on says what it missed")]
#![expect(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod authorization;
mod axum_route;
mod budget;
mod counting;
mod crashes;
mod memory_faults;
mod notices;
mod properties;
mod psp;
mod races;
mod reversals;
mod shared_memory;
mod wire;
