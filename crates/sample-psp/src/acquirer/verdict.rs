//! The one table from an issuer's response code to what we tell the wallet.

use lommebok_sdk::ErrorId;

use super::ResponseCode;

/// What a response code means to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The money is set aside.
    Approved,
    /// It is not.
    Declined(ErrorId),
    /// It is not yet: 3-D Secure first.
    StepUp,
}

/// What `code` means.
pub const fn verdict(code: ResponseCode) -> Verdict {
    match code {
        ResponseCode::Approved => Verdict::Approved,
        ResponseCode::Refused => Verdict::Declined(ErrorId::RefusedByIssuer),
        ResponseCode::InvalidCard => Verdict::Declined(ErrorId::InvalidCard),
        ResponseCode::NoSuchIssuer => Verdict::Declined(ErrorId::NoSuchIssuer),
        ResponseCode::InsufficientFunds => Verdict::Declined(ErrorId::InsufficientFunds),
        ResponseCode::ExpiredCard => Verdict::Declined(ErrorId::ExpiredCard),
        ResponseCode::SuspectedFraud => Verdict::Declined(ErrorId::SuspectedFraud),
        ResponseCode::ExceedsLimit => Verdict::Declined(ErrorId::ExceedsLimit),
        ResponseCode::StrongAuthenticationMastercard | ResponseCode::StrongAuthenticationVisa => Verdict::StepUp,
        ResponseCode::IssuerUnavailable => Verdict::Declined(ErrorId::InternalError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_response_code_has_the_error_id_that_the_wallet_knows_it_by() {
        let table = [("05", 82), ("14", 87), ("15", 81), ("51", 89), ("54", 86), ("59", 83), ("61", 84), ("91", 91)];
        for (code, error) in table {
            let Verdict::Declined(declined) = verdict(ResponseCode::from_text(code).unwrap()) else {
                panic!("{code} is no refusal")
            };
            assert_eq!(declined.number(), error, "{code}");
        }
        for code in ["65", "1A"] {
            assert_eq!(verdict(ResponseCode::from_text(code).unwrap()), Verdict::StepUp);
        }
        assert_eq!(verdict(ResponseCode::from_text("00").unwrap()), Verdict::Approved);
        assert_eq!(table.len() + 3, ResponseCode::ALL.len(), "every code is in this table");
        assert_eq!(ResponseCode::from_text("96"), None);
    }
}
