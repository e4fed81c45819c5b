//! `/merchant-management/psp/v1/merchants`: a PSP's merchants. [`parse_create`] and [`parse_update`] read the requests;
//! [`Merchant`], [`MerchantList`] and [`CreateMerchantAnswer`] are the answers (PATCH answers with an empty body).
//!
//! Errors here are RFC 9457 problem details. The published regular expressions for e-mail and web site are kept in
//! spirit, not to the letter: theirs accept and refuse the wrong things. A logo's URL is kept, never fetched.

mod answers;
mod logo;
mod read;
mod request;
mod rules;

pub use answers::{CreateMerchantAnswer, Merchant, MerchantList};
pub use logo::{LOGO_SIDE_MAX_PIXELS, LOGO_SIDE_MIN_PIXELS, Logo};
#[cfg(test)]
pub(crate) use read::{ADDRESS_NAMES, NAMES};
pub use read::{parse_create, parse_update};
pub use request::{Address, CreateMerchantRequest, UpdateMerchantRequest};
