//! The patterns of the ids that cross the wire. Each is a pure question about a text; who stores or compares an id
//! takes it byte for byte. The vendor's published pattern of `pspTransactionId` is unanchored and matches nearly
//! anything; ours is stricter.

/// The most characters of a `pspTransactionId`.
pub const PSP_TRANSACTION_ID_MAX_CHARS: usize = 36;
/// The most characters of a `merchantOrderId`.
pub const MERCHANT_ORDER_ID_MAX_CHARS: usize = 50;

/// Whether `text` is a `pspTransactionId`: `^[A-Za-z0-9._-]{1,36}$` with at least one letter or digit (so that `.` and
/// `..`, which mean something in a path, are none).
pub fn is_psp_transaction_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=PSP_TRANSACTION_ID_MAX_CHARS).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        && bytes.iter().any(u8::is_ascii_alphanumeric)
}

/// Whether `text` is a `merchantOrderId`: `^[a-zA-Z0-9-]{1,50}$`.
pub fn is_merchant_order_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=MERCHANT_ORDER_ID_MAX_CHARS).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// Whether `text` is a Merchant Serial Number: 5 to 10 ASCII digits.
pub fn is_merchant_serial_number(text: &str) -> bool {
    (5..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `text` is a phone number: exactly 8 ASCII digits.
pub fn is_phone_number(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}
