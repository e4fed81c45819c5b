//! A small, real PSP on the SDK: merchant API, ledger, acquirer, 3-D Secure page, and a shop that sells with it.
//!
//! It knows the wallet only through `lommebok-sdk`, and the cryptogram's format through `lommebok-psp-v3`; it could run against
//! any wallet that speaks the API. No money moves: acquirer and issuer are simulated.

pub mod acquirer;
mod assembly;
pub mod clock;
mod database;
mod home_page;
pub mod ledger;
mod merchant_api;
mod page;
mod private_file;
mod psp;
mod randomness;
mod shop;
mod step_up_page;

pub use assembly::{
    Listens, MerchantConfig, RunningSamplePsp, SamplePsp, SamplePspConfig, ShopConfig, StartFault, WalletAccess,
    WrapAcquirer,
};
pub use database::DatabaseFault;
pub use psp::{Difference, Reconciliation, Reporting, Side};
