//! A text that must not be seen: its `Debug` is a mask and its memory is wiped when it goes. It has no `Display` and no
//! `Serialize`; who needs the text calls [`Secret::expose`], which is easy to find in a review.

use std::fmt;

use zeroize::Zeroize;

/// A secret text, such as `makePaymentToken`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes `text` into custody.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the one place that must send or encrypt it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_shows_a_mask_and_nothing_of_the_text() {
        assert_eq!(format!("{:?}", Secret::new("swordfish".to_owned())), "Secret(…)");
    }
}
