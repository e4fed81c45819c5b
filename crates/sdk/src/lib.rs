//! What a payment service provider builds on: a client of the wallet's PSP API, and a receiver of the wallet's calls.
//!
#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod amount;
mod checked;
mod clock;
mod mobile_number;
mod randomness;
mod secret;

#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "receiver")]
pub mod receiver;
#[cfg(feature = "client")]
pub mod transport;

pub use amount::Amount;
pub use checked::{
    IdempotencyKey, InvalidValue, MerchantOrderId, MerchantSerialNumber, MobileNumber, PspTransactionId,
};
#[cfg(feature = "client")]
pub use client::{
    Client, ClientBuilder, Credentials, Init, Initiated, MakePaymentUrl, PspRedirectUrl, Retries, Status, StatusUpdate,
    StatusUpdates,
};
pub use clock::{BoxFuture, Clock, TokioClock};
#[cfg(feature = "client")]
pub use error::{Cause, Error, MaybeSent, NotSent, Refusal, RefusalDetail, Unreadable};
pub use mobile_number::TypedNumberFault;
#[cfg(feature = "receiver")]
pub use receiver::{Answer, ErrorId, MakePayment, PaymentHandler, Receiver};
pub use secret::{MakePaymentToken, Secret};
pub use url::Url;
