//! The store through its public API. The database's URL comes from `LOMMEBOK_TEST_DATABASE_URL` when that is set (then
//! each test takes a name of its own behind it), else from a temporary directory.

mod keeps_payments;
mod world;
