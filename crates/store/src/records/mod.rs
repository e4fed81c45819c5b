//! The records beside payments: tenants with their clock, PSPs, merchants, users, cards and sessions, as plain data.
//!
//! No rule lives here. Credentials come as keyed hashes or sealed bytes that the caller made.

mod details;
mod merchant;
mod person;
mod psp;
mod seed;
mod sign_in;
mod tenant;

pub use details::{HistoryPage, PaymentDetails, PaymentReceipt};
pub use merchant::{Address, Merchant, MerchantDetails, MerchantWrite};
pub use person::{Card, CardDetails, NewUser, Session, User};
pub use psp::{NewPsp, Psp};
pub use seed::{Seed, SeededMerchant, SeededPsp, SeededUser};
pub use sign_in::{SessionWrite, SignIn, TriedFrom, TriedPin};
pub use tenant::{ClockMode, ClockRecord, ClockReset, Tenant};
