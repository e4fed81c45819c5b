//! Names that are nearly right: which known name an unknown one was meant to be.

/// The fewest letters of a name that is found inside another.
const INSIDE_MIN_CHARS: usize = 5;
/// The most characters of a name that is compared at all.
const COMPARED_MAX_CHARS: usize = 100;

/// The known name that `name` was most likely meant to be, without regard to case and separators.
pub(crate) fn closest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if name.len() > COMPARED_MAX_CHARS {
        return None;
    }
    let letters = letters(name);
    let scored = known.into_iter().filter_map(|known| Some((score(&letters, &self::letters(known))?, known)));
    scored.min_by_key(|(score, _)| *score).map(|(_, known)| known)
}

/// Whether two names differ in case and separators at most.
pub(crate) fn same_letters(one: &str, other: &str) -> bool {
    letters(one) == letters(other)
}

/// How far apart two names are; `None` for names that are not alike.
fn score(name: &str, known: &str) -> Option<usize> {
    let (shorter, longer) = if name.len() < known.len() { (name, known) } else { (known, name) };
    let distance = strsim::osa_distance(name, known);
    if distance <= 1.max(shorter.len() / 5) && !name.is_empty() {
        return Some(distance);
    }
    let is_part = shorter.len() >= INSIDE_MIN_CHARS && (longer.starts_with(shorter) || longer.ends_with(shorter));
    is_part.then_some(distance)
}

fn letters(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::closest;
    use crate::init;

    #[test]
    fn a_slip_of_the_pen_is_found_and_another_word_is_not() {
        let known = |name| closest(name, init::NAMES.iter().copied());
        for (sent, meant) in [
            ("pspTransactionID", "pspTransactionId"),
            ("psp_transaction_id", "pspTransactionId"),
            ("PspTransactionId", "pspTransactionId"),
            ("pspTransactioId", "pspTransactionId"),
            ("transactionId", "pspTransactionId"),
            ("makePaymentURL", "makePaymentUrl"),
            ("paymenttext", "paymentText"),
            ("orderId", "merchantOrderId"),
            ("mobileNumber", "customerMobileNumber"),
            ("redirectUrl", "pspRedirectUrl"),
            ("ammount", "amount"),
            ("Amount", "amount"),
            ("curency", "currency"),
            ("is_app", "isApp"),
            ("skipLandingpage", "skipLandingPage"),
        ] {
            assert_eq!(known(sent), Some(meant), "{sent}");
        }
        for other in ["note", "id", "", "metadata", "x", "callback", "merchantInfo", "æøå", "url"] {
            assert_eq!(known(other), None, "{other}");
        }
        assert_eq!(known(&"a".repeat(101)), None);
    }
}
