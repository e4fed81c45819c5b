//! How the domain's values look in columns: small integers and short texts, the same for every database.
//!
//! Numbers here are on disk: they are added to, never changed. Decoding answers `None` for what it does not know, and the
//! caller makes that a loud error, never a guess.

pub(crate) mod codes;
pub(crate) mod entries;
pub(crate) mod event;
pub(crate) mod payment;
pub(crate) mod state;
#[cfg(test)]
mod tests;
