//! The amounts that make the sample PSP and its issuer act up, in øre: a test pays 189 and gets error 89.
//!
//! One table for everybody who acts on an amount: the issuer, the PSP itself, the 3-D Secure page, and the shop's shelf.

use lommebok_sdk::{Amount, ErrorId};

use super::ResponseCode;

/// What an amount makes happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestAmount {
    /// The issuer answers this to any card.
    Issuer(ResponseCode),
    /// The PSP refuses by itself, without asking an acquirer.
    Psp(ErrorId),
    /// Notices are answered with error 93.
    NoticesAnswered93,
    /// Any card is soft-declined first.
    StepUp,
    /// Any card is soft-declined first, and 3-D Secure is then denied, whatever the user does.
    StepUpDenied,
    /// The PSP's answer leaves after 16 s, when the wallet has stopped waiting.
    AnswerAfter16Seconds,
}

/// What `amount` makes happen; usually nothing.
pub const fn test_amount(amount: Amount) -> Option<TestAmount> {
    Some(match amount.as_ore() {
        171 => TestAmount::Psp(ErrorId::InvalidRequest),
        172 => TestAmount::Psp(ErrorId::Other),
        181 => TestAmount::Issuer(ResponseCode::NoSuchIssuer),
        182 => TestAmount::Issuer(ResponseCode::Refused),
        183 => TestAmount::Issuer(ResponseCode::SuspectedFraud),
        184 => TestAmount::Issuer(ResponseCode::ExceedsLimit),
        185 => TestAmount::Psp(ErrorId::ReceivedTooLate),
        186 => TestAmount::Issuer(ResponseCode::ExpiredCard),
        187 => TestAmount::Issuer(ResponseCode::InvalidCard),
        188 => TestAmount::Psp(ErrorId::CreditCardsNotAllowed),
        151 | 189 => TestAmount::Issuer(ResponseCode::InsufficientFunds),
        191 => TestAmount::Issuer(ResponseCode::IssuerUnavailable),
        193 => TestAmount::NoticesAnswered93,
        194 => TestAmount::Psp(ErrorId::UnhandledSoftDecline),
        197 => TestAmount::StepUpDenied,
        201 => TestAmount::AnswerAfter16Seconds,
        202 => TestAmount::StepUp,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, verdict};
    use super::*;

    #[test]
    fn a_hundred_and_an_error_id_is_answered_with_that_error_id() {
        for (ore, error) in [
            (171, 71),
            (172, 72),
            (181, 81),
            (182, 82),
            (183, 83),
            (184, 84),
            (185, 85),
            (186, 86),
            (187, 87),
            (188, 88),
            (189, 89),
            (151, 89),
            (191, 91),
            (194, 94),
        ] {
            let given = match test_amount(Amount::ore(ore).unwrap()) {
                Some(TestAmount::Psp(error)) => error,
                Some(TestAmount::Issuer(code)) => match verdict(code) {
                    Verdict::Declined(error) => error,
                    other @ (Verdict::Approved | Verdict::StepUp) => panic!("{ore}: {other:?}"),
                },
                other => panic!("{ore}: {other:?}"),
            };
            assert_eq!(given.number(), error, "{ore}");
        }
    }

    #[test]
    fn the_other_amounts_do_what_the_domain_says_and_their_neighbours_nothing() {
        let of = |ore| test_amount(Amount::ore(ore).unwrap());
        assert_eq!(of(193), Some(TestAmount::NoticesAnswered93));
        assert_eq!(of(197), Some(TestAmount::StepUpDenied));
        assert_eq!(of(201), Some(TestAmount::AnswerAfter16Seconds));
        assert_eq!(of(202), Some(TestAmount::StepUp));
        for ordinary in [100, 170, 173, 180, 190, 192, 195, 196, 198, 200, 203, 18_900, 49_900] {
            assert_eq!(of(ordinary), None, "{ordinary}");
        }
    }
}
