//! Reading a phone number as people write it: with spaces, dashes and a country code, typed or pasted.
//!
//! The wire has 8 digits ([`MobileNumber::new`]). What is clearly a Norwegian number is read as one; what may be another
//! country's is refused, because the wrong phone would be asked to pay.

use crate::MobileNumber;

/// How many digits a Norwegian number has.
const DIGITS: usize = 8;
/// Norway's country code.
const NORWAY: &str = "47";
/// The most characters that are looked at: what is longer is no number.
const TYPED_MAX_CHARS: usize = 64;

/// What is wrong with a number that a person typed. `Display` says it in English, for a person; word it yourself for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TypedNumberFault {
    /// Nothing was typed.
    #[error("no number is there")]
    Empty,
    /// It begins with another country's code.
    #[error("this is another country's number; a Norwegian one has 8 digits, with or without +47")]
    OtherCountry,
    /// It has too few digits or too many.
    #[error("a Norwegian number has 8 digits, with or without +47")]
    Length,
    /// It has letters or signs that no phone number has.
    #[error("this is not a phone number: write 8 digits, with or without +47")]
    NotANumber,
}

impl MobileNumber {
    /// Reads a Norwegian number as a person typed or pasted it, for a form of yours. `12345678` is also written `12 34 56 78`,
    /// `12-34-56-78`, `12.34.56.78`, `+47 12345678`, `(+47) 12 34 56 78`, `0047 12345678`, `4712345678` or
    /// `tel:+4712345678`. Spaces of all kinds, and the invisible marks that come along when a number is copied, are passed over.
    ///
    /// Eight digits are the number itself, whatever they begin with: `47123456` has no country code.
    ///
    /// ```
    /// use lommebok_sdk::{MobileNumber, TypedNumberFault};
    ///
    /// assert_eq!(MobileNumber::from_typed("(+47) 12 34 56 78")?.as_str(), "12345678");
    /// assert_eq!(MobileNumber::from_typed("+46 70 123 45 67"), Err(TypedNumberFault::OtherCountry));
    /// # Ok::<(), TypedNumberFault>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with it. The wire takes no number of another country.
    pub fn from_typed(text: &str) -> Result<Self, TypedNumberFault> {
        let (is_international, digits) = digits(text)?;
        let own = match digits.strip_prefix(NORWAY) {
            Some(own) if is_international || digits.len() == NORWAY.len().saturating_add(DIGITS) => own,
            None if is_international => return Err(TypedNumberFault::OtherCountry),
            Some(_) | None => &digits,
        };
        Self::new(own).map_err(|_| TypedNumberFault::Length)
    }
}

/// The digits of a number, and whether they begin with a country code: `+` or `00` stood before them, which is taken off.
fn digits(text: &str) -> Result<(bool, String), TypedNumberFault> {
    let written: String =
        text.chars().take(TYPED_MAX_CHARS.saturating_add(1)).filter(|it| !is_passed_over(*it)).collect();
    let written = without_scheme(&written);
    if written.is_empty() {
        return Err(TypedNumberFault::Empty);
    }
    let (has_plus, digits) = match written.strip_prefix('+') {
        Some(digits) => (true, digits),
        None => (false, written),
    };
    let is_short = text.chars().count() <= TYPED_MAX_CHARS;
    if !is_short || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TypedNumberFault::NotANumber);
    }
    // Eight digits are a whole number, also when they begin with 00.
    Ok(match digits.strip_prefix("00") {
        Some(rest) if !has_plus && digits.len() > DIGITS => (true, rest.to_owned()),
        _ => (has_plus, digits.to_owned()),
    })
}

/// The number of a `tel:` link that was copied.
fn without_scheme(written: &str) -> &str {
    match written.split_at_checked(4) {
        Some((scheme, number)) if scheme.eq_ignore_ascii_case("tel:") => number,
        _ => written,
    }
}

/// What may be between the digits: white space, dashes, dots, slashes, brackets, and invisible marks.
fn is_passed_over(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}')
        // Soft hyphen; zero-width spaces and joiners; marks of direction and of variants; the mark of the byte order.
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::TypedNumberFault::{Empty, Length, NotANumber, OtherCountry};
    use super::*;

    #[test]
    fn a_norwegian_number_is_read_as_people_write_it() {
        for typed in [
            "12345678",
            " 12345678\n",
            "12 34 56 78",
            "123 45 678",
            "12-34-56-78",
            "12.34.56.78",
            "12/34/56/78",
            "12–34–56–78",
            "12\u{a0}34\u{a0}56\u{a0}78",
            "12\u{2009}34\u{202f}56\u{2007}78",
            "+4712345678",
            "+47 12 34 56 78",
            "+ 47 12345678",
            "(+47) 12 34 56 78",
            "+(47) 12345678",
            "+47-12-34-56-78",
            "004712345678",
            "0047 12 34 56 78",
            "00 47 12345678",
            "(0047) 12345678",
            "4712345678",
            "47 12 34 56 78",
            "(47) 12345678",
            "tel:+4712345678",
            "TEL: 12345678",
            "\u{202a}+4712345678\u{202c}",
            "\u{2066}+47 12345678\u{2069}",
            "\u{200e}12345678\u{200f}",
            "\u{feff}1234\u{200b}5678",
            "1234\u{ad}5678",
        ] {
            assert_eq!(MobileNumber::from_typed(typed).map(String::from), Ok("12345678".to_owned()), "{typed:?}");
        }
    }

    #[test]
    fn eight_digits_are_a_number_whatever_they_begin_with() {
        for (typed, number) in [
            ("47123456", "47123456"),
            ("+4747123456", "47123456"),
            ("4747123456", "47123456"),
            ("00471234", "00471234"),
            ("46701234", "46701234"),
        ] {
            assert_eq!(MobileNumber::from_typed(typed).map(String::from), Ok(number.to_owned()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_norwegian_number_is_refused_with_what_is_wrong() {
        let long = "1".repeat(1_000);
        for (typed, fault) in [
            ("", Empty),
            (" \u{a0}\u{200e}-", Empty),
            ("+46 70 123 45 67", OtherCountry),
            ("0046701234567", OtherCountry),
            ("+4512345678", OtherCountry),
            ("+1 202 555 0123", OtherCountry),
            ("+12345678", OtherCountry),
            ("+47 1234567", Length),
            ("+47 123456789", Length),
            ("0047123456", Length),
            ("1234567", Length),
            ("123456789", Length),
            ("471234567", Length),
            ("4612345678", Length),
            ("47123456789", Length),
            ("47", Length),
            ("+", NotANumber),
            ("++4712345678", NotANumber),
            ("12345678+", NotANumber),
            ("1234567a", NotANumber),
            ("12345678 ext 9", NotANumber),
            // Other digits than 0 to 9: no Norwegian keyboard writes them.
            ("١٢٣٤٥٦٧٨", NotANumber),
            ("１２３４５６７８", NotANumber),
            ("47+12345678", NotANumber),
            ("+47 (0) 12345678", Length),
            ("12,34,56,78", NotANumber),
            (&long, NotANumber),
        ] {
            assert_eq!(MobileNumber::from_typed(typed), Err(fault), "{typed:?}");
        }
    }
}
