//! The App API (`/app/v1`) on the wire: each query, body, answer and refusal as a serde type.
//!
//! The server makes its answers of them, and the test kit's phone reads them. It knows no other crate of ours but `values`: ids are opaque
//! texts here, amounts minor units, moments RFC 3339 in UTC with milliseconds. What is null is written as null and never left out; who
//! reads ignores members that it does not know. A new member goes into docs/app-api.md too.
#![warn(missing_docs)]

mod payment;
mod people;
mod receipt;
mod refusal;

pub use payment::{Approve, CardOfPayment, Clock, Failure, Merchant, OpenLink, OpenPayments, OpenQuery, Outcome};
pub use payment::{Payment, PaymentState, Reason, Version};
pub use people::{Card, Cards, CurrentSession, NotUsable, SignIn, SignedIn, User};
pub use receipt::{HistoryLine, Receipt, ReceiptPage, Sums};
pub use refusal::{Refusal, RefusalCode};
