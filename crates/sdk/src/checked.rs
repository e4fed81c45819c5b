//! Texts that are checked once: ids, numbers and keys of the wire. A value of such a type is valid.
//!
//! The patterns are those of the API (`docs/domain.md`, section 2). Ids are compared byte for byte: `a1` and `A1` are two payments.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A value that can't be sent, found before anything was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be {rule}")]
pub struct InvalidValue {
    field: &'static str,
    rule: &'static str,
}

impl InvalidValue {
    pub(crate) const fn new(field: &'static str, rule: &'static str) -> Self {
        Self { field, rule }
    }

    /// The field, in the API's spelling, such as `pspTransactionId`.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// What the value must be. The value itself is not shown: it may be a secret.
    pub fn rule(&self) -> &'static str {
        self.rule
    }
}

/// Defines a checked text: its name, its field on the wire, the rule in words, and the rule as a function.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $field:literal, $rule:literal, $is_right:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks `text`.
            ///
            /// # Errors
            #[doc = concat!("When it is not ", $rule, ".")]
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidValue> {
                let text = text.into();
                let is_right: fn(&str) -> bool = $is_right;
                if is_right(&text) { Ok(Self(text)) } else { Err(InvalidValue::new($field, $rule)) }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidValue;

            fn try_from(text: String) -> Result<Self, InvalidValue> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidValue;

            fn try_from(text: &str) -> Result<Self, InvalidValue> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(checked: $name) -> Self {
                checked.0
            }
        }
    };
}

checked_text!(
    /// Your own id of a payment, unique among your payments.
    PspTransactionId,
    "pspTransactionId",
    "1 to 36 of letters, digits, '.', '_' and '-', with at least one letter or digit",
    |text| {
        (1..=36).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
            && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
    }
);

checked_text!(
    /// The merchant's order, unique within its Merchant Serial Number.
    MerchantOrderId,
    "merchantOrderId",
    "1 to 50 of letters, digits and '-'",
    |text| (1..=50).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
);

checked_text!(
    /// A Merchant Serial Number (MSN): who sells.
    MerchantSerialNumber,
    "merchantSerialNumber",
    "5 to 10 digits",
    |text| (5..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
);

checked_text!(
    /// A user's phone number: 8 digits, no country code.
    MobileNumber,
    "customerMobileNumber",
    "8 digits, without country code and spaces",
    |text| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
);

checked_text!(
    /// The name under which the wallet remembers a request for 24 hours: the same key with the same request gets the same
    /// answer and changes nothing more.
    IdempotencyKey,
    "Idempotency-Key",
    "1 to 200 characters of visible ASCII, without spaces",
    // The wallet takes 255; the rest is room for the number of a chunk.
    |text| (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
);

#[cfg(feature = "client")]
impl IdempotencyKey {
    /// The key of one request of many.
    pub(crate) fn numbered(&self, number: usize) -> Self {
        Self(format!("{}-{number}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_checked_byte_for_byte() {
        for good in ["a", "A1", "a.b_c-d", "1-", &"x".repeat(36)] {
            assert_eq!(PspTransactionId::new(good).unwrap().as_str(), good);
        }
        for bad in ["", ".", "..", "-_.", "a b", "å", "a/b", &"x".repeat(37), "a\0"] {
            assert!(PspTransactionId::new(bad).is_err(), "{bad}");
        }
        assert!(MerchantOrderId::new("a_b").is_err());
        assert!(MerchantSerialNumber::new("1234").is_err() && MerchantSerialNumber::new("١٢٣٤٥").is_err());
        assert!(MobileNumber::new("+4712345678").is_err() && MobileNumber::new("12345678").is_ok());
    }

    #[test]
    fn a_refusal_names_field_and_rule_but_not_the_value() {
        let fault = MobileNumber::new("4712345678").unwrap_err();
        assert_eq!(fault.to_string(), "customerMobileNumber must be 8 digits, without country code and spaces");
        assert_eq!(fault.field(), "customerMobileNumber");
    }

    #[test]
    fn a_checked_text_is_checked_when_it_is_read_too() {
        assert_eq!(serde_json::from_str::<MobileNumber>("\"12345678\"").unwrap().as_str(), "12345678");
        assert!(serde_json::from_str::<MobileNumber>("\"1234567\"").is_err());
        assert_eq!(serde_json::to_string(&PspTransactionId::new("a1").unwrap()).unwrap(), "\"a1\"");
    }
}
