//! The PSP's bank behind a seam: what every acquirer offers ([`Acquirer`]), in the words of its messages.
//!
//! Each call carries an [`OperationId`]: the same id again is the same operation and gets the same answer, so a call whose
//! answer was lost is simply repeated. What a response code means to the wallet is in one table ([`verdict()`]).

mod message;
mod response_code;
pub mod simulated;
mod test_amounts;

use lommebok_sdk::{Amount, BoxFuture};

pub use message::{Authentication, Authorisation, Expiry, Field, OperationId, Scheme};
pub use response_code::{ResponseCode, Verdict, verdict};
pub use test_amounts::{TestAmount, test_amount};

/// What an acquirer does for a PSP.
pub trait Acquirer: Send + Sync + 'static {
    /// Asks the issuer to set the amount aside.
    fn authorise(&self, message: Authorisation) -> BoxFuture<'_, Answered>;

    /// Takes `amount` of what was set aside.
    fn capture(&self, order: Order) -> BoxFuture<'_, Answered>;

    /// Gives `amount` of what was set aside back to the card holder's balance; nothing was taken of it.
    fn release(&self, order: Order) -> BoxFuture<'_, Answered>;

    /// Gives `amount` of what was taken back.
    fn refund(&self, order: Order) -> BoxFuture<'_, Answered>;

    /// Undoes an authorisation whole, as if it had never been; also one that has not arrived yet. The money stays set aside until this is
    /// approved.
    fn reverse(&self, authorisation: OperationId) -> BoxFuture<'_, Answered>;
}

/// What an acquirer answers, if it answers.
pub type Answered = Result<ResponseCode, NoAnswer>;

/// An operation on an authorisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub operation: OperationId,
    /// The authorisation that it is about.
    pub authorisation: OperationId,
    pub amount: Amount,
}

/// No answer came: the operation may have been done. Ask again with the same [`OperationId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the acquirer did not answer: {0}")]
pub struct NoAnswer(pub String);
