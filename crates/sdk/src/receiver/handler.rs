//! What you implement: one method that gets everything the wallet, or the receiver itself, has to say about a payment.

use super::{Accepted, AcceptedAfterStepUp, Answer, Notice, Reversal};
use crate::PspTransactionId;

/// A call of the wallet, typed. It has no further variants in this major version, so a `match` over it is complete.
#[derive(Clone, Debug)]
pub enum MakePayment {
    /// The user has approved: authorise. Comes once for each payment, however often the wallet's call is repeated.
    Accepted(Accepted),
    /// The user has approved and passed 3-D Secure: authorise with what the session yielded. Comes once.
    AcceptedAfterStepUp(AcceptedAfterStepUp),
    /// The payment ended without an approval: the user cancelled, or there was no token.
    Cancelled(Notice),
    /// The payment ended without an approval: the time was up.
    TimedOut(Notice),
    /// The wallet counts an attempt as failed, and you may have authorised it: give back what it reserved. Comes from the
    /// receiver, not from the wallet, and again until you say that it is done. Comes during an attempt of yours that has not
    /// returned a minute after its 85, and once more if that then says OK.
    Reverse(Reversal),
}

impl MakePayment {
    /// Which payment it is about.
    pub fn psp_transaction_id(&self) -> &PspTransactionId {
        match self {
            Self::Accepted(accepted) => &accepted.psp_transaction_id,
            Self::AcceptedAfterStepUp(accepted) => &accepted.psp_transaction_id,
            Self::Cancelled(notice) | Self::TimedOut(notice) => &notice.psp_transaction_id,
            Self::Reverse(reversal) => &reversal.psp_transaction_id,
        }
    }
}

/// A PSP's side of makePayment.
///
/// ```
/// use lommebok_sdk::{Answer, ErrorId, MakePayment, PaymentHandler};
///
/// struct Acquirer;
///
/// impl PaymentHandler for Acquirer {
///     async fn make_payment(&self, call: MakePayment) -> Answer {
///         match call {
///             MakePayment::Accepted(payment) => match payment.bin_number.starts_with('4') {
///                 true => payment.ok(),
///                 false => payment.fail(ErrorId::RefusedByIssuer),
///             },
///             MakePayment::AcceptedAfterStepUp(payment) => payment.ok(),
///             MakePayment::Cancelled(notice) | MakePayment::TimedOut(notice) => notice.noted(),
///             MakePayment::Reverse(reversal) => reversal.done(),
///         }
///     }
/// }
/// ```
pub trait PaymentHandler: Send + Sync + 'static {
    /// Does what `call` asks for and says how it ended.
    ///
    /// It runs in a task of its own and is never dropped half-way: not when the wallet hangs up, and not when the budget
    /// is over. It may panic; the attempt is then answered 91 and has to be reversed. Give each call of yours to an acquirer
    /// a time limit: what never returns holds up [`Receiver::finish`](crate::Receiver::finish).
    fn make_payment(&self, call: MakePayment) -> impl Future<Output = Answer> + Send;
}
