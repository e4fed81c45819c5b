//! The client as its user sees it: against the real wallet, against the API's own readers, and against hostile servers.
//!
//! Pauses between repeats are a clock's that jumps; nothing here waits for time to pass.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that can't go on says what it missed")]
#![expect(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod agreement;
mod held_by_others;
mod hostile;
mod jumping_clock;
mod real_wallet;
mod scripted_wallet;

mod tokens;
