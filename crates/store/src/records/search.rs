//! What a search compares of a payment: what init brought, and how far it has come. No text that only people read is here.

use lommebok_domain::{
    Amount, CauseCode, MerchantId, PaymentId, PspId, PspTransactionId, StateName, Timestamp, UserId,
};

use crate::secret::Sealed;

/// What a search compares of a payment.
#[derive(Clone, Debug)]
pub struct Comparable {
    pub id: PaymentId,
    pub psp: PspId,
    pub merchant: MerchantId,
    pub amount: Amount,
    /// When its init came.
    pub created_at: Timestamp,
    /// The customer's number as init brought it, sealed, with the id to which it is bound.
    pub customer_number: Option<(PspTransactionId, Sealed)>,
    pub standing: Standing,
}

/// How far a payment has come: the part that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: StateName,
    pub outcome_unknown: bool,
    /// Why it failed, if it did.
    pub cause: Option<CauseCode>,
    pub notice_given_up: bool,
    /// To whom it is bound.
    pub user: Option<UserId>,
}
