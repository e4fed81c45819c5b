//! What can go wrong in a test, each with what to do about it.

use lommebok_sdk::PspTransactionId;

use crate::State;

/// Why the test wallet did not do what the test asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestError {
    /// The wallet did not start.
    #[error("the test wallet did not start: {0}; it needs a free port on 127.0.0.1 and a temporary directory")]
    Start(String),
    /// There is no such payment.
    #[error("the wallet has no payment {0}: has its init succeeded, and against this wallet's base_url?")]
    NoSuchPayment(PspTransactionId),
    /// The payment is in another state.
    #[error("{id} is {state}, and only a payment that {wanted} can be {asked}")]
    WrongState {
        /// Which payment.
        id: PspTransactionId,
        /// Its state.
        state: State,
        /// The state that was expected.
        wanted: &'static str,
        /// What the test asked for.
        asked: &'static str,
    },
    /// The payment is bound to a number without a user.
    #[error(
        "{0} is bound to a number that is nobody's, so it runs to its deadline; start it with TestWallet::mobile_number()"
    )]
    NobodysNumber(PspTransactionId),
    /// The user has no such card.
    #[error("the user of {0} has no usable card of that kind; approve with the other one")]
    NoSuchCard(PspTransactionId),
    /// The script of a user can't be set.
    #[error("the user's script can't be set: {0}")]
    Script(String),
    /// The PSP's answer does not come.
    #[error(
        "{0} has waited {1} s of real time for your PSP's answer to makePayment: does its makePaymentUrl lead to your \
         server, and is that running? If the answer is meant to be late, use approve_without_waiting, then advance by 15 s"
    )]
    NoAnswer(PspTransactionId, u64),
    /// The notice does not get through.
    #[error("{0} has ended, and its notice has not been tried within {1} s of real time: the machine is very slow")]
    NoNotice(PspTransactionId, u64),
    /// The payment does not come into the state for which the test waits.
    #[error("{id} is {is}, and not {wanted}, after {after_s} s of real time")]
    NotReached {
        /// Which payment.
        id: PspTransactionId,
        /// Where it stands.
        is: State,
        /// For which state the test waits.
        wanted: State,
        /// How long it has waited.
        after_s: u64,
    },
    /// Something that should not happen.
    #[error("the wallet failed: {0}; this is a bug of the wallet, please report it")]
    Wallet(String),
    /// The wallet did not end cleanly.
    #[error("the wallet left work behind: {0}; a call to your PSP was still open, or this is a bug of the wallet")]
    LeftOver(String),
}
