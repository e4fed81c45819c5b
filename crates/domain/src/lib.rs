//! The rules of a payment: money, ids, states, and the one function that decides; and those of wrong PINs.
//!
//! Pure on purpose: no I/O, no async, no clock, no randomness, no serde. Time and ids come in as arguments, so that the
//! same command on the same payment at the same time always gives the same answer. A newcomer's usual mistake is to look
//! for the wire's words here (they live in crate `psp-v3`) or for a place to save (crate `store`).

pub mod cause;
pub mod command;
pub mod decide;
pub mod due;
pub mod event;
pub mod history;
pub mod money;
pub mod payment;
pub mod possible;
pub mod refusal;
pub mod refusal_code;
pub mod state;
pub mod timeline;
pub mod wrong_pins;

pub use cause::{Cause, CauseCode};
pub use command::{Command, StatusEntry, StepUpResult};
pub use decide::{Transition, decide};
pub use due::{DueKind, DueWrite, NOTICE_RETRY_MS};
pub use event::{Actor, Event, EventKind};
pub use lommebok_values::{
    Amount, CardId, CardKind, CardScheme, EntryStatus, MerchantId, MerchantOrderId, MerchantStatus, Msn,
    OperationStatus, PaymentId, PhoneNumber, PspId, PspTransactionId, ReturnId, TenantId, Timestamp, UserId,
};
pub use money::Sums;
pub use payment::{Binding, Entrance, EntryCounts, Notice, NoticeKind, Payment, Terms};
pub use possible::{Action, NotPossible};
pub use refusal::{EntryRefusal, Refusal};
pub use refusal_code::RefusalCode;
pub use state::{AttemptAnswer, AttemptNumber, CancelledBy, Failure, Phase, Prompt, State, StateName};
pub use wrong_pins::{PinCount, WrongPins};
