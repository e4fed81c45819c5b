//! Words of the API: what can become of a payment's money, of a merchant, and what a card is. Each is written as the wire writes it.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal,)+ }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema))]
        #[cfg_attr(feature = "wire", serde(rename_all = "UPPERCASE"))]
        $(#[$doc])*
        pub enum $name {
            $($(#[$meaning])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The one with exactly this word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }
    };
}

words!(
    /// What can happen to the money of a payment: the `status` of an updatestatus entry.
    #[cfg_attr(feature = "wire", schema(as = Status))]
    EntryStatus {
        /// The money is set aside.
        Reserved = "RESERVED",
        /// It is taken.
        Captured = "CAPTURED",
        /// What remains is released.
        Cancelled = "CANCELLED",
        /// It is given back.
        Refunded = "REFUNDED",
    }
);
words!(
    /// Whether an operation worked at the PSP: the `operationStatus` of an updatestatus entry.
    OperationStatus {
        /// It did; also when nothing is said.
        Success = "SUCCESS",
        /// It did not: a history entry that moves no sums.
        Failed = "FAILED",
    }
);
words!(
    /// Whether a merchant may sell.
    MerchantStatus {
        /// It may.
        Active = "ACTIVE",
        /// Not any more, for good.
        Deactivated = "DEACTIVATED",
        /// Not yet.
        Pending = "PENDING",
    }
);
words!(
    /// A card's scheme.
    CardScheme {
        /// Visa.
        Visa = "VISA",
        /// Mastercard.
        Mastercard = "MASTERCARD",
    }
);
words!(
    /// Whether a card draws on an account or on credit.
    CardKind {
        /// Spends what is there.
        Debit = "DEBIT",
        /// Spends what is lent.
        Credit = "CREDIT",
    }
);

impl CardScheme {
    /// Whether a card number that begins so can be of this scheme.
    pub fn begins(self, bin: &str) -> bool {
        match self {
            Self::Visa => bin.starts_with('4'),
            Self::Mastercard => bin.starts_with(['2', '5']),
        }
    }
}
