//! What the wallet tells a PSP without handing over a token, and what the receiver tells it of its own accord.

use super::answer::{Answer, Noted, Said};
use crate::{MerchantSerialNumber, PspTransactionId};

/// The payment ended without an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// Your own id of the payment.
    pub psp_transaction_id: PspTransactionId,
    /// The merchant that sells.
    pub merchant_serial_number: MerchantSerialNumber,
}

impl Notice {
    /// You have taken note.
    pub fn noted(&self) -> Answer {
        self.answered(Noted::Ok)
    }

    /// You have taken note, and say so with error 93, *Status from wallet*. To the wallet both are the same.
    pub fn status_from_wallet(&self) -> Answer {
        self.answered(Noted::StatusFromWallet)
    }

    fn answered(&self, noted: Noted) -> Answer {
        Answer { id: self.psp_transaction_id.clone(), said: Said::Noted(noted) }
    }
}

/// An attempt that the wallet counts as failed, whatever your acquirer said: what it reserved must be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reversal {
    /// Your own id of the payment.
    pub psp_transaction_id: PspTransactionId,
    /// The merchant that sells.
    pub merchant_serial_number: MerchantSerialNumber,
    /// Which attempt.
    pub attempt: Attempt,
    /// Why.
    pub cause: ReversalCause,
}

impl Reversal {
    /// Nothing is reserved for this attempt (any more): reversed, or never authorised.
    pub fn done(&self) -> Answer {
        Answer { id: self.psp_transaction_id.clone(), said: Said::Reversal { done: true } }
    }

    /// It did not work; you are asked again after a while, and after the next start.
    pub fn not_yet(&self) -> Answer {
        Answer { id: self.psp_transaction_id.clone(), said: Said::Reversal { done: false } }
    }
}

/// Why an attempt must be reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReversalCause {
    /// You said OK, but after the budget; 85 had been answered.
    TooLate,
    /// It is not known what you would have said: your code panicked, or the process ended while it ran. Ask the acquirer.
    Interrupted,
}

/// The attempts of a payment; the wire has no number for them, the receiver counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempt {
    /// The first approval.
    First,
    /// The one after a 3-D Secure session.
    AfterStepUp,
}
