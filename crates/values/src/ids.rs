//! Who and what a payment names. Numbers are our own, given by the committer in order of arrival; the text ids are the
//! API's and checked when they are made, so that inside none is checked again.
//!
//! The vendor's published pattern of `pspTransactionId` is unanchored and matches nearly anything; ours is stricter.

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// The id with this number.
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            /// The number.
            pub const fn get(self) -> i64 {
                self.0
            }
        }
    };
}

number!(
    /// A tenant: a closed world of PSPs, merchants, users, cards and clock (docs/domain.md §1).
    TenantId
);
number!(
    /// Our number for a PSP.
    PspId
);
number!(
    /// Our number for a merchant.
    MerchantId
);
number!(
    /// Our number for a payment, in order of arrival.
    PaymentId
);
number!(
    /// Our number for a user of the wallet.
    UserId
);
number!(
    /// Our number for a user's card.
    CardId
);

/// The random 128-bit id in the `operations` URLs of one payment's step-up (docs/domain.md §4).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReturnId(u128);

impl ReturnId {
    /// The id with these bits.
    pub const fn new(bits: u128) -> Self {
        Self(bits)
    }

    /// The bits.
    pub const fn get(self) -> u128 {
        self.0
    }
}

impl std::fmt::Debug for ReturnId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReturnId(…)")
    }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $max_chars:literal, $good:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The most characters of one.
            pub const MAX_CHARS: usize = $max_chars;

            /// The id with this text, or `None` when the text breaks the id's rule.
            pub fn new(text: &str) -> Option<Self> {
                Self::is(text).then(|| Self(text.into()))
            }

            /// Whether the text keeps the id's rule.
            pub fn is(text: &str) -> bool {
                let good: fn(&str) -> bool = $good;
                good(text)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text!(
    /// `pspTransactionId`: `^[A-Za-z0-9._-]{1,36}$` with at least one letter or digit (so that `.` and `..`, which mean something in
    /// a path, are none); unique per PSP.
    PspTransactionId,
    36,
    |text| (1..=Self::MAX_CHARS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
);
text!(
    /// `merchantOrderId`: `^[a-zA-Z0-9-]{1,50}$`; unique per merchant.
    MerchantOrderId,
    50,
    |text| (1..=Self::MAX_CHARS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
);
text!(
    /// Merchant Serial Number: 5 to 10 digits.
    Msn,
    10,
    |text| (5..=Self::MAX_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
);
text!(
    /// A user's phone number: 8 digits.
    PhoneNumber,
    8,
    |text| text.len() == Self::MAX_CHARS && text.bytes().all(|byte| byte.is_ascii_digit())
);

impl PhoneNumber {
    /// The number in a text that is clearly a Norwegian phone number: with country code (`+47`, `0047`, `47`), spaces,
    /// hyphens, dots, slashes, parentheses or invisible marks of direction. `None` for anything else.
    pub fn of_norway(text: &str) -> Option<Self> {
        const WRITTEN_MAX_CHARS: usize = 60;
        if text.chars().nth(WRITTEN_MAX_CHARS).is_some() {
            return None;
        }
        let is_mark = |character: char| matches!(character, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
        let is_separator = |character: char| {
            character.is_whitespace()
                || matches!(character, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}')
        };
        let plain: String =
            text.chars().filter(|character| !is_mark(*character) && !is_separator(*character)).collect();
        let international = plain.strip_prefix("+47").or_else(|| plain.strip_prefix("0047"));
        let digits =
            international.or_else(|| plain.strip_prefix("47").filter(|rest| rest.len() == 8)).unwrap_or(&plain);
        Self::new(digits)
    }
}

#[cfg(test)]
mod tests {
    use super::PhoneNumber;

    fn norwegian(text: &str) -> Option<String> {
        PhoneNumber::of_norway(text).map(|number| number.as_str().to_owned())
    }

    #[test]
    fn a_number_that_is_clearly_norwegian_is_understood() {
        for written in [
            "12345678",
            "+4712345678",
            "004712345678",
            "4712345678",
            "+47 12 34 56 78",
            "12 34 56 78",
            "12-34-56-78",
            "12.34.56.78",
            "(+47) 12 34 56 78",
            "(+47)12345678",
            "00 47 12 34 56 78",
            "+47-12345678",
            " 12345678 ",
            "\u{202a}+47 12 34 56 78\u{202c}",
            "\u{200e}12345678\u{200f}",
            "\u{2066}12345678\u{2069}",
            "12\u{a0}34\u{202f}56\u{2009}78",
            "12\u{2011}34\u{2013}56\u{2212}78",
        ] {
            assert_eq!(norwegian(written).as_deref(), Some("12345678"), "{written:?}");
        }
        assert_eq!(norwegian("47123456").as_deref(), Some("47123456"));
    }

    #[test]
    fn any_other_text_is_no_number() {
        let long = format!("{}12345678", " ".repeat(60));
        for other in [
            "",
            "1234567",
            "123456789",
            "+4612345678",
            "+45 12 34 56 78",
            "0012345678",
            "47 12 34 56 7",
            "1234567a",
            "+12345678",
            "++4712345678",
            "４７１２３４５６７８",
            "12345678,12345679",
            "tel:12345678",
            &long,
        ] {
            assert_eq!(norwegian(other), None, "{other:?}");
        }
    }
}
