//! Who and what a payment names. Numbers are our own, given by the committer in order of arrival; the text ids are the
//! API's and checked when they are made, so that inside nobody checks them again.

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
    ($(#[$doc:meta])* $name:ident, $good:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The id with this text, or `None` when the text breaks the id's rule.
            pub fn new(text: &str) -> Option<Self> {
                let good: fn(&str) -> bool = $good;
                good(text).then(|| Self(text.into()))
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
    /// `pspTransactionId`: `^[A-Za-z0-9._-]{1,36}$` with at least one letter or digit; unique per PSP.
    PspTransactionId,
    |text| (1..=36).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
);
text!(
    /// `merchantOrderId`: `^[a-zA-Z0-9-]{1,50}$`; unique per merchant.
    MerchantOrderId,
    |text| (1..=50).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
);
text!(
    /// Merchant Serial Number: 5 to 10 digits.
    Msn,
    |text| (5..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
);
text!(
    /// A user's phone number: 8 digits.
    PhoneNumber,
    |text| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
);
