//! The errors that a PSP answers to makePayment, as the vendor lists them. Ids that are not listed are kept as they came
//! ([`super::PspError`]); they change nothing.

/// A listed `errorId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "`text` says what each means")]
pub enum PspErrorId {
    InvalidRequest,
    Other,
    NoSuchIssuer,
    RefusedByIssuer,
    SuspectedFraud,
    ExceedsLimit,
    ReceivedTooLate,
    ExpiredCard,
    InvalidCard,
    CreditCardsNotAllowed,
    InsufficientFunds,
    InternalError,
    StatusFromWallet,
    UnhandledSoftDecline,
    SoftDecline,
}

impl PspErrorId {
    /// All of them, in the order of their ids.
    pub const ALL: [PspErrorId; 15] = [
        PspErrorId::InvalidRequest,
        PspErrorId::Other,
        PspErrorId::NoSuchIssuer,
        PspErrorId::RefusedByIssuer,
        PspErrorId::SuspectedFraud,
        PspErrorId::ExceedsLimit,
        PspErrorId::ReceivedTooLate,
        PspErrorId::ExpiredCard,
        PspErrorId::InvalidCard,
        PspErrorId::CreditCardsNotAllowed,
        PspErrorId::InsufficientFunds,
        PspErrorId::InternalError,
        PspErrorId::StatusFromWallet,
        PspErrorId::UnhandledSoftDecline,
        PspErrorId::SoftDecline,
    ];

    /// The id on the wire.
    pub const fn id(self) -> &'static str {
        match self {
            PspErrorId::InvalidRequest => "71",
            PspErrorId::Other => "72",
            PspErrorId::NoSuchIssuer => "81",
            PspErrorId::RefusedByIssuer => "82",
            PspErrorId::SuspectedFraud => "83",
            PspErrorId::ExceedsLimit => "84",
            PspErrorId::ReceivedTooLate => "85",
            PspErrorId::ExpiredCard => "86",
            PspErrorId::InvalidCard => "87",
            PspErrorId::CreditCardsNotAllowed => "88",
            PspErrorId::InsufficientFunds => "89",
            PspErrorId::InternalError => "91",
            PspErrorId::StatusFromWallet => "93",
            PspErrorId::UnhandledSoftDecline => "94",
            PspErrorId::SoftDecline => "1036",
        }
    }

    /// What it means.
    pub const fn text(self) -> &'static str {
        match self {
            PspErrorId::InvalidRequest => "Invalid request",
            PspErrorId::Other => "Other error",
            PspErrorId::NoSuchIssuer => "No such issuer",
            PspErrorId::RefusedByIssuer => "Refused by issuer",
            PspErrorId::SuspectedFraud => "Suspected fraud",
            PspErrorId::ExceedsLimit => "Exceeds limit",
            PspErrorId::ReceivedTooLate => "Response received too late",
            PspErrorId::ExpiredCard => "Expired card",
            PspErrorId::InvalidCard => "Invalid card",
            PspErrorId::CreditCardsNotAllowed => "Credit cards not allowed",
            PspErrorId::InsufficientFunds => "Insufficient funds",
            PspErrorId::InternalError => "Internal error",
            PspErrorId::StatusFromWallet => "Status from wallet",
            PspErrorId::UnhandledSoftDecline => "Unhandled soft decline",
            PspErrorId::SoftDecline => "Soft decline",
        }
    }

    /// The listed error with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|error| error.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::PspErrorId;

    #[test]
    fn every_listed_id_is_found_again_and_no_other() {
        assert!(PspErrorId::ALL.into_iter().all(|error| PspErrorId::from_id(error.id()) == Some(error)));
        assert_eq!(PspErrorId::from_id("90"), None);
        assert_eq!(PspErrorId::from_id("082"), None);
    }
}
