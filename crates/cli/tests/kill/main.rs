//! The real binary, killed: `kill -9` at random moments and at each stage of an attempt, and stopped in the middle.
//!
//! An outside recorder keeps every 200 and every byte at the PSP; after each kill an ordinary start must show all that was
//! acknowledged, and no token may have been posted twice. `LOMMEBOK_KILL_SEED` repeats a run's choices, `LOMMEBOK_KILLS`
//! sets the number of random kills (20).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::integer_division,
    reason = "tests: a surprise is a failure"
)]

mod after_the_kill;
mod at_each_stage;
mod at_random_moments;
mod load;
mod on_a_signal;
mod stopped;
mod while_time_is_reset;
mod world;
