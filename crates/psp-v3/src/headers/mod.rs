//! The headers of the public endpoints: their names, and one reader each. A header that decides who may do what must
//! come exactly once; all others are read leniently where the vendor's documents are.
//!
//! Comparing a credential with a stored one is the server's work. A newcomer would take `HeaderMap::get`, which silently
//! takes the first of two.

mod authorization;
mod content;
mod idempotency;
mod nearly;
mod psp;
mod system;

pub(crate) use authorization::SHOWN_KEY;
pub use authorization::{bearer, invalid_access_token, invalid_subscription_key, subscription_key};
pub use content::check_json;
use http::HeaderMap;
pub use idempotency::{IDEMPOTENCY_KEY_MAX_CHARS, idempotency_hint, idempotency_key, required_idempotency_key};
pub(crate) use nearly::nearly;
pub(crate) use nearly::unless_filled_in;
pub use psp::{invalid_psp_id, merchant_serial_number, psp_id, required_merchant_serial_number, same_psp_id};
pub use system::{SYSTEM_VALUE_MAX_CHARS, SystemHeaders, system_headers};

/// `Authorization`.
pub const AUTHORIZATION: &str = "authorization";
/// `Ocp-Apim-Subscription-Key`: which PSP calls.
pub const SUBSCRIPTION_KEY: &str = "ocp-apim-subscription-key";
/// `PSP-ID`.
pub const PSP_ID: &str = "psp-id";
/// `Merchant-Serial-Number`.
pub const MERCHANT_SERIAL_NUMBER: &str = "merchant-serial-number";
/// `Request-Id`, one spelling of the idempotency header.
pub const REQUEST_ID: &str = "request-id";
/// `Idempotency-Key`, the other spelling.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// `client_id` of the token endpoint.
pub const CLIENT_ID: &str = "client_id";
/// `client_secret` of the token endpoint.
pub const CLIENT_SECRET: &str = "client_secret";
/// `Vipps-System-Name`.
pub const SYSTEM_NAME: &str = "vipps-system-name";
/// `Vipps-System-Version`.
pub const SYSTEM_VERSION: &str = "vipps-system-version";
/// `Vipps-System-Plugin-Name`.
pub const SYSTEM_PLUGIN_NAME: &str = "vipps-system-plugin-name";
/// `Vipps-System-Plugin-Version`.
pub const SYSTEM_PLUGIN_VERSION: &str = "vipps-system-plugin-version";
/// All headers that are read.
pub(crate) const ALL: [&str; 14] = [
    AUTHORIZATION,
    SUBSCRIPTION_KEY,
    PSP_ID,
    MERCHANT_SERIAL_NUMBER,
    REQUEST_ID,
    IDEMPOTENCY_KEY,
    CLIENT_ID,
    CLIENT_SECRET,
    SYSTEM_NAME,
    SYSTEM_VERSION,
    SYSTEM_PLUGIN_NAME,
    SYSTEM_PLUGIN_VERSION,
    "content-type",
    "content-encoding",
];
/// Our own response header, in the sandbox.
pub const HINT: &str = "lommebok-hint";
/// Our own header with the address of the exchange, in the sandbox.
pub const EXCHANGE: &str = "lommebok-exchange";

/// How often a header came, and its value as visible ASCII (with inner spaces), trimmed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Header<'h> {
    /// Not at all, or without a value.
    Absent,
    /// Once.
    One(&'h str),
    /// Once, with bytes outside of visible ASCII.
    Unreadable,
    /// More than once, whatever the values.
    Doubled,
}

/// Reads the header `name`.
pub(crate) fn read<'h>(headers: &'h HeaderMap, name: &'static str) -> Header<'h> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Header::Absent };
    if values.next().is_some() {
        return Header::Doubled;
    }
    match value.to_str().map(str::trim_ascii) {
        Ok("") => Header::Absent,
        Ok(text) if text.contains('\t') => Header::Unreadable,
        Ok(text) => Header::One(text),
        Err(_) => Header::Unreadable,
    }
}
