//! What a token's number says by itself: its range, its check digit, and whether it is one of the vendor's table.

use super::issuer::Range;

/// The tokens of the vendor's table: the issuer checks neither their cryptograms nor their expiry, since those are faulty.
const TABLE: [&str; 6] = [
    "5226603115488031",
    "4111111111111111",
    "4895370013193500",
    "4895370012792682",
    "4268270087302871",
    "5413330089010442",
];

pub(super) fn is_table_token(number: &str) -> bool {
    TABLE.contains(&number)
}

pub(super) fn range(number: &str) -> Range {
    match number.bytes().next() {
        Some(b'4') => Range::Visa,
        Some(b'5' | b'2') => Range::Mastercard,
        _ => Range::Unknown,
    }
}

/// Luhn's check over 16 to 19 digits.
pub(super) fn check_digit_is_right(number: &str) -> bool {
    let digits = || number.bytes().rev().enumerate();
    if !(16..=19).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let sum = digits().fold(0_u32, |sum, (place, digit)| {
        let digit = u32::from(digit.saturating_sub(b'0'));
        let doubled = digit.saturating_mul(2);
        let counted = if place % 2 == 0 { digit } else { (doubled / 10).saturating_add(doubled % 10) };
        sum.saturating_add(counted)
    });
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_and_the_range_are_read_from_the_number() {
        for good in TABLE {
            assert!(check_digit_is_right(good), "{good}");
        }
        for bad in ["", "4111111111111112", "411111111111111", "41111111111111110000", "4111x11111111111"] {
            assert!(!check_digit_is_right(bad), "{bad}");
        }
        assert_eq!(
            [range("4895"), range("5226"), range("2221"), range("3782"), range("")],
            [Range::Visa, Range::Mastercard, Range::Mastercard, Range::Unknown, Range::Unknown]
        );
    }
}
