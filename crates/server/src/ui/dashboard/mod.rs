//! The dashboard's pages: what the Control API answers, made ready to be read. Nothing is loaded here, and no rule is decided.

pub mod batches;
pub mod cards;
pub mod clock;
pub mod exchanges;
pub mod frame;
pub mod payment;
pub mod payments;
pub mod sequence;
pub mod sign_in;
pub mod users;
pub mod words;
pub mod worlds;
