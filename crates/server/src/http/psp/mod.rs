//! The public endpoints: the PSP API, the token endpoint and the merchants. Paths are matched by crate `api`, without
//! regard to case, so this is one service behind the router's own routes.
//!
//! The order of checks is the contract's: path and method, subscription key, token, PSP-ID, MSN, body, then the wallet.
//! A newcomer's mistake: to answer early. Every refusal goes through [`answer`].

mod answer;
mod auth;
mod init;

pub(crate) use answer::{Answered, Refused};
