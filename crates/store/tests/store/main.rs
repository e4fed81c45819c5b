//! The store through its public API. The database's URL comes from `LOMMEBOK_TEST_DATABASE_URL` when that is set (then
//! each test takes a name of its own behind it), else from a temporary directory.
#![expect(clippy::unwrap_used, reason = "in tests a missing value is the test's failure")]
#![expect(clippy::arithmetic_side_effects, reason = "small numbers of the tests' own")]

mod answers_after_sync;
mod batches;
mod clock_resets;
mod crashes;
mod deferred_keys;
mod gate;
mod groups;
mod idempotency;
mod lists;
mod natural_keys;
mod old_versions;
mod opening;
mod payments;
mod records;
mod sign_ins;
mod soundness;
mod watermark;
mod whole_lives;
mod world;
