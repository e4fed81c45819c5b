//! `POST makePaymentUrl`: the wallet calls the PSP. [`Accepted`] and [`Notice`] are what it sends, [`read_answer`] judges
//! what comes back, [`PspErrorId`] names the errors that a PSP may answer.
//!
//! Sending is not here (crate `server`, `outbound`), nor is what an answer does to a payment (crate `domain`).
//! A newcomer would take any odd answer for a refusal: it may hide a reservation, so it is [`Answer::Wrong`].

mod answer;
mod psp_error;
mod request;

#[cfg(test)]
pub(crate) use answer::PAYMENT_INFO_NAMES;
pub use answer::{ANSWER_MAX_BYTES, Answer, Cause, ERROR_ID_MAX_CHARS, ERROR_TEXT_MAX_CHARS, PspError, read_answer};
pub use psp_error::PspErrorId;
pub use request::{
    Accepted, NetworkToken, Notice, NoticeState, Operation, OperationName, PaymentInstrument, TokenType, operations,
};
