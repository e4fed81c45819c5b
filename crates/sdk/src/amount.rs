//! Money: whole øre, never a fraction, in the only currency that the API has (NOK).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::InvalidValue;

/// An amount in øre, 1 to 2 147 483 647. 499 kroner are `Amount::nok(499)` or `Amount::ore(49_900)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Amount(i64);

impl Amount {
    /// The largest amount that the API knows.
    pub const MAX: Amount = Amount(2_147_483_647);
    /// The smallest amount of a payment: 1 krone. An entry of updatestatus may be smaller.
    pub const SMALLEST_PAYMENT: Amount = Amount(100);

    /// So many øre.
    ///
    /// # Errors
    /// When it is less than 1 or more than [`Amount::MAX`].
    pub const fn ore(ore: i64) -> Result<Self, InvalidValue> {
        if ore >= 1 && ore <= Self::MAX.0 {
            Ok(Self(ore))
        } else {
            Err(InvalidValue::new("amount", "1 to 2147483647, in øre: 499 kroner are 49900"))
        }
    }

    /// So many whole kroner.
    ///
    /// # Errors
    /// As [`Amount::ore`].
    pub const fn nok(kroner: i64) -> Result<Self, InvalidValue> {
        Self::ore(kroner.saturating_mul(100))
    }

    /// The amount in øre.
    pub const fn as_ore(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Amount {
    /// Kroner and øre: `499.00 NOK`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02} NOK", self.0 / 100, self.0 % 100)
    }
}

impl TryFrom<i64> for Amount {
    type Error = InvalidValue;

    fn try_from(ore: i64) -> Result<Self, InvalidValue> {
        Self::ore(ore)
    }
}

impl From<Amount> for i64 {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_within_the_bounds_of_the_api() {
        assert_eq!(Amount::ore(1).unwrap().as_ore(), 1);
        assert_eq!(Amount::nok(499).unwrap().to_string(), "499.00 NOK");
        assert_eq!(Amount::ore(5).unwrap().to_string(), "0.05 NOK");
        assert!([0, -1, 2_147_483_648, i64::MAX].into_iter().all(|ore| Amount::ore(ore).is_err()));
        assert!(Amount::nok(i64::MAX).is_err() && Amount::nok(i64::MIN).is_err());
    }
}
