//! What is stored beside payments (tenants with their clock, PSPs, merchants, users, cards and sessions) and what reads of payments
//! answer, as plain data.
//!
//! No rule lives here. Credentials come as keyed hashes or sealed bytes that the caller made.

mod merchant;
mod payment;
mod person;
mod search;
mod tenant;

pub use merchant::{Address, Merchant, MerchantDetails, MerchantWrite};
pub use payment::{EventPage, HistoryPage, Page, PageLimit, PaymentDetails, PaymentFilter, PaymentReceipt};
pub use person::{Card, CardDetails, NewUser, Session, SessionWrite, SignIn, TriedFrom, TriedPin, User};
pub use search::{Comparable, Standing};
pub use tenant::{
    ClockMode, ClockRecord, ClockReset, NewPsp, Psp, Seed, SeededMerchant, SeededPsp, SeededUser, Tenant,
};
