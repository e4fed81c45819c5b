//! The values that all parts of a wallet share. A value that exists keeps its rule, so that no part checks it again.
//!
//! Not here: which rule a request broke and in which words (crate `psp-v3`), what may be done with a payment (crate `domain`).

#![warn(missing_docs)]

mod amount;
mod ids;
mod secret;
mod timestamp;
mod words;

pub use amount::Amount;
pub use ids::{
    CardId, MerchantId, MerchantOrderId, Msn, PaymentId, PhoneNumber, PspId, PspTransactionId, ReturnId, TenantId,
    UserId,
};
pub use secret::Secret;
pub use timestamp::Timestamp;
pub use words::{CardKind, CardScheme, EntryStatus, MerchantStatus, OperationStatus};
