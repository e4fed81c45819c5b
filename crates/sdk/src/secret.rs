//! Texts that must not be seen: masked in `Debug`, without `Display`, wiped from memory when they are dropped.

use std::fmt;

use zeroize::Zeroizing;

use crate::InvalidValue;

/// A secret text. Only [`Secret::expose`] shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Keeps `text` out of sight.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself; don't log it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// What the wallet sends as the `Authorization` header of its makePayment calls: how you know that it is the wallet.
/// Make one per payment, at random; it is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MakePaymentToken(Secret);

impl MakePaymentToken {
    /// Checks `text`.
    ///
    /// # Errors
    /// When it is not 1 to 255 characters of visible ASCII (spaces inside are allowed, as in `Bearer abc`).
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidValue> {
        let text = text.into();
        let is_right = (1..=255).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
            && text.trim_ascii() == text;
        let rule = "1 to 255 characters of visible ASCII, without spaces at the ends";
        if is_right { Ok(Self(Secret::new(text))) } else { Err(InvalidValue::new("makePaymentToken", rule)) }
    }

    /// A new one from the operating system's randomness: 32 bytes in hexadecimal digits.
    pub fn random() -> Self {
        Self(Secret::new(crate::randomness::hex::<32>()))
    }

    /// The text itself; don't log it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let token = MakePaymentToken::new("Bearer abc").unwrap();
        assert_eq!(format!("{token:?} {:?}", Secret::new("xyz")), "MakePaymentToken(***) ***");
        assert_eq!(token.expose(), "Bearer abc");
    }

    #[test]
    fn a_make_payment_token_is_a_header_value() {
        for bad in ["", " a", "a ", "a\r\nb", "å", "a\tb", &"x".repeat(256)] {
            assert!(MakePaymentToken::new(bad).is_err(), "{bad:?}");
        }
        assert_eq!(MakePaymentToken::random().expose().len(), 64);
        assert_ne!(MakePaymentToken::random(), MakePaymentToken::random());
    }
}
