//! Amounts on the wire: minor units (øre), as an integer or as a string of digits, the way the vendor's quick start sends
//! `"49900"`. Floats, exponents, signs and spaces are refused, because a client that sends them means something else.

use std::borrow::Cow;

use lommebok_values::Amount;

use crate::errors::{ErrorCode, Fault};
use crate::hints::{Hint, Slip};
use crate::json::Scalar;

/// The smallest amount of a payment, in øre (1 krone).
pub const PAYMENT_AMOUNT_MIN: i64 = 100;
/// The smallest amount of an updatestatus entry, in øre.
pub const ENTRY_AMOUNT_MIN: i64 = Amount::MIN_ORE;

/// Reads the amount of `field`, in øre, from `min` to [`Amount::MAX_ORE`].
pub(crate) fn read(value: &Scalar<'_>, min: i64, field: impl FnOnce() -> Cow<'static, str>) -> Result<Amount, Fault> {
    let amount = match value {
        Scalar::Integer(amount) => Some(*amount),
        Scalar::Text(text) => digits(text),
        Scalar::Null
        | Scalar::Bool(_)
        | Scalar::Fraction
        | Scalar::HalvedText(_)
        | Scalar::Array
        | Scalar::Object(_) => None,
    };
    match amount {
        None => Err(malformed(value, field())),
        Some(amount) if amount < min => Err(Fault::at(ErrorCode::AmountLessThanOne, field())
            .hinting(Hint::about(Slip::AmountTooSmall, min.to_string()))),
        Some(amount) => Amount::from_ore(amount).ok_or_else(|| {
            let what = format!("must be at most {}", Amount::MAX_ORE);
            Fault::because(ErrorCode::Amount, field(), &what).hinting(Hint::of(Slip::AmountTooLarge))
        }),
    }
}

/// The value of a string of ASCII digits; beyond `i64` it saturates.
fn digits(text: &str) -> Option<i64> {
    let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().unwrap_or(i64::MAX))
}

fn malformed(value: &Scalar<'_>, field: Cow<'static, str>) -> Fault {
    let what = format!("must be an integer or a string of digits, in minor units, not {}", described(value));
    Fault::because(ErrorCode::Amount, field, &what)
}

fn described(value: &Scalar<'_>) -> &'static str {
    match value {
        Scalar::Text(_) | Scalar::HalvedText(_) => "another string",
        Scalar::Null | Scalar::Bool(_) | Scalar::Integer(_) | Scalar::Fraction | Scalar::Array | Scalar::Object(_) => {
            value.kind()
        }
    }
}
