//! How the simulated issuer judges an authorisation: a pure function of what is known of it, the first fault wins.
//!
//! What it does not do: look anything up or write anything down. The order is the table of the tests.

use crate::acquirer::{ResponseCode, TestAmount};

/// The card scheme that a token's range belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    Visa,
    Mastercard,
    Unknown,
}

/// What is wrong with a cryptogram or a proof, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// It is for this token and amount, and unused.
    Good,
    /// It is not.
    Bad,
    /// It was used before.
    Spent,
}

/// All that the issuer looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) range: Range,
    pub(super) check_digit_is_right: bool,
    /// A token of the vendor's table: neither cryptogram nor expiry is checked.
    pub(super) is_table_token: bool,
    pub(super) has_expired: bool,
    pub(super) cryptogram: Proof,
    /// The proof of 3-D Secure, if one came along.
    pub(super) authentication: Option<Proof>,
    pub(super) test: Option<TestAmount>,
    pub(super) amount: i64,
    pub(super) limit: i64,
    pub(super) available: i64,
}

/// The issuer's answer.
pub(super) fn judge(case: &Case) -> ResponseCode {
    if !case.check_digit_is_right {
        return ResponseCode::InvalidCard;
    }
    if case.range == Range::Unknown {
        return ResponseCode::NoSuchIssuer;
    }
    if !case.is_table_token && case.has_expired {
        return ResponseCode::ExpiredCard;
    }
    if !case.is_table_token && case.cryptogram != Proof::Good {
        return ResponseCode::SuspectedFraud;
    }
    if let Some(TestAmount::Issuer(code)) = case.test {
        return code;
    }
    match case.authentication {
        Some(Proof::Bad | Proof::Spent) => return ResponseCode::SuspectedFraud,
        Some(Proof::Good) if case.test == Some(TestAmount::StepUpDenied) => return ResponseCode::Refused,
        None if wants_authentication(case) => return strong_authentication(case.range),
        Some(Proof::Good) | None => {}
    }
    if case.amount > case.limit {
        return ResponseCode::ExceedsLimit;
    }
    if case.amount > case.available {
        return ResponseCode::InsufficientFunds;
    }
    ResponseCode::Approved
}

fn wants_authentication(case: &Case) -> bool {
    case.range == Range::Mastercard || matches!(case.test, Some(TestAmount::StepUp | TestAmount::StepUpDenied))
}

const fn strong_authentication(range: Range) -> ResponseCode {
    match range {
        Range::Visa | Range::Unknown => ResponseCode::StrongAuthenticationVisa,
        Range::Mastercard => ResponseCode::StrongAuthenticationMastercard,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISA: Case = Case {
        range: Range::Visa,
        check_digit_is_right: true,
        is_table_token: false,
        has_expired: false,
        cryptogram: Proof::Good,
        authentication: None,
        test: None,
        amount: 49_900,
        limit: 5_000_000,
        available: 10_000_000,
    };
    const MASTERCARD: Case = Case { range: Range::Mastercard, ..VISA };

    #[test]
    fn each_fault_has_its_code_and_a_sound_visa_is_approved() {
        let spent = Some(Proof::Spent);
        let table = [
            ("00", VISA),
            ("14", Case { check_digit_is_right: false, ..VISA }),
            ("15", Case { range: Range::Unknown, ..VISA }),
            ("54", Case { has_expired: true, ..VISA }),
            ("59", Case { cryptogram: Proof::Bad, ..VISA }),
            ("59", Case { cryptogram: Proof::Spent, ..VISA }),
            ("61", Case { amount: 5_000_001, ..VISA }),
            ("00", Case { amount: 5_000_000, ..VISA }),
            ("51", Case { available: 49_899, ..VISA }),
            ("00", Case { available: 49_900, ..VISA }),
            ("1A", Case { test: Some(TestAmount::StepUp), ..VISA }),
            ("00", Case { test: Some(TestAmount::StepUp), authentication: Some(Proof::Good), ..VISA }),
            ("1A", Case { test: Some(TestAmount::StepUpDenied), ..VISA }),
            ("05", Case { test: Some(TestAmount::StepUpDenied), authentication: Some(Proof::Good), ..VISA }),
            ("91", Case { test: Some(TestAmount::Issuer(ResponseCode::IssuerUnavailable)), ..VISA }),
            ("65", MASTERCARD),
            ("00", Case { authentication: Some(Proof::Good), ..MASTERCARD }),
            ("59", Case { authentication: Some(Proof::Bad), ..MASTERCARD }),
            ("59", Case { authentication: spent, ..MASTERCARD }),
            ("51", Case { authentication: Some(Proof::Good), available: 0, ..MASTERCARD }),
        ];
        for (number, (code, case)) in table.into_iter().enumerate() {
            assert_eq!(judge(&case).as_str(), code, "case {number}: {case:?}");
        }
    }

    #[test]
    fn a_table_token_is_checked_for_neither_expiry_nor_cryptogram() {
        let odd = Case { is_table_token: true, has_expired: true, cryptogram: Proof::Bad, ..VISA };
        assert_eq!(judge(&odd), ResponseCode::Approved);
        assert_eq!(judge(&Case { range: Range::Mastercard, ..odd }), ResponseCode::StrongAuthenticationMastercard);
    }

    #[test]
    fn a_forged_token_gets_no_test_answer() {
        let forged = Case { cryptogram: Proof::Bad, test: Some(TestAmount::Issuer(ResponseCode::Refused)), ..VISA };
        assert_eq!(judge(&forged), ResponseCode::SuspectedFraud);
    }
}
