//! Everything that this API can refuse: one table ([`table`]) maps each [`ErrorCode`] to code, status, text and
//! precedence; [`Fault`] is one refusal with its field and hint; [`answer()`] turns faults into the bytes of the wire.
//!
//! A newcomer would write an error text in a handler: add a row to the table instead, `docs/errors.md` is generated from
//! it. Messages never repeat what a client sent, except a serial number that is known to be digits.

mod answer;
mod challenge;
mod code;
mod documentation;
mod fault;
mod table;

pub use answer::{ErrorDetails, GatewayError, Problem, ProblemFault, Rendered, Surface, TokenError, answer};
pub use challenge::bearer_challenge;
pub use code::ErrorCode;
pub use documentation::documentation;
pub(crate) use fault::Faults;
pub use fault::{Fault, MAX_FAULTS, together};
pub use table::{Row, Stage, TABLE};
