//! The codes by which reports say why an updatestatus entry could not be applied.

/// The code of an [`crate::EntryRefusal`]: what is kept of every refused entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalCode {
    NotReserved,
    Disagreement,
    OtherAmount,
    /// `exceeds_remaining_to_capture`
    ExceedsRemaining,
    /// `exceeds_remaining_to_cancel`
    ExceedsCancellable,
    ExceedsCaptured,
    UnknownPayment,
    TooManyOperations,
    TooManyWithoutEffect,
    TooManyWaiting,
    /// `refused`: a reason that has no code of its own.
    Other,
}

impl RefusalCode {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::NotReserved,
        Self::Disagreement,
        Self::OtherAmount,
        Self::ExceedsRemaining,
        Self::ExceedsCancellable,
        Self::ExceedsCaptured,
        Self::UnknownPayment,
        Self::TooManyOperations,
        Self::TooManyWithoutEffect,
        Self::TooManyWaiting,
        Self::Other,
    ];

    /// The code as reports write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotReserved => "not_reserved",
            Self::Disagreement => "disagreement",
            Self::OtherAmount => "other_amount",
            Self::ExceedsRemaining => "exceeds_remaining_to_capture",
            Self::ExceedsCancellable => "exceeds_remaining_to_cancel",
            Self::ExceedsCaptured => "exceeds_captured",
            Self::UnknownPayment => "unknown_payment",
            Self::TooManyOperations => "too_many_operations",
            Self::TooManyWithoutEffect => "too_many_without_effect",
            Self::TooManyWaiting => "too_many_waiting",
            Self::Other => "refused",
        }
    }

    /// The code that is written so; [`RefusalCode::Other`] when none is.
    pub fn named(code: &str) -> Self {
        Self::ALL.into_iter().find(|known| known.as_str() == code).unwrap_or(Self::Other)
    }
}
