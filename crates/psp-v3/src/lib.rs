//! The wire of every public endpoint: paths, headers, bodies, answers and error codes, the makePayment exchange and the
//! cryptogram's format. One file per endpoint, each with its request, its answer and the rules between.
//!
//! What must not live here: states, storage, clocks, randomness, sockets. Nothing in this crate knows crate `domain`
//! or `store`. A newcomer would look for `#[derive(Deserialize)]`; requests are read by hand over `serde_json`
//! (module `json`), because all faults of a body are answered together and each must name its field.

#![warn(missing_docs)]

pub mod access_token;
pub mod addresses;
pub mod amount;
pub mod canonical;
pub mod cryptogram;
pub mod details;
pub mod errors;
pub mod force_approve;
pub mod headers;
pub mod hints;
pub mod hosts;
pub mod init;
pub mod make_payment;
pub mod merchants;
pub mod openapi;
pub mod paths;
pub mod payment_text;
pub mod updatestatus;
pub mod urls;

mod json;
