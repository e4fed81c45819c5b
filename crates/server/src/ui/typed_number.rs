//! A phone number as people type and paste it: with spaces, dots, hyphens or brackets, with the country's code in any of its
//! spellings, and with the invisible marks that come along from other programs.
//!
//! Only what is clearly Norwegian is taken. The PSP API keeps its own rule, eight digits. A newcomer would get wrong:
//! `47123456` is a number of eight digits that begins with 47; the code counts only before eight more.

use lommebok_domain::PhoneNumber;

/// The longest text that is looked at.
const TYPED_CHARS: usize = 64;

/// Digits of a Norwegian number.
const DIGITS: usize = 8;

/// The code of Norway, as it may precede a number.
const NORWAY: [&str; 3] = ["+47", "0047", "47"];

/// Why a text is no number that the wallet takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoNumber {
    /// It is not eight digits.
    Unreadable,
    /// It has another country's code.
    Foreign,
}

/// The number that is meant.
///
/// # Errors
/// [`NoNumber`] for a text that is no number, and for another country's.
pub fn typed_number(text: &str) -> Result<PhoneNumber, NoNumber> {
    if text.chars().count() > TYPED_CHARS {
        return Err(NoNumber::Unreadable);
    }
    let dialled: String = text.chars().filter(|sign| !is_unseen(*sign) && !sign.is_whitespace()).collect();
    let dialled = without_scheme(&dialled).replace(is_separator, "");
    let national = NORWAY.iter().filter_map(|code| dialled.strip_prefix(code)).find(|rest| rest.len() == DIGITS);
    if let Some(number) = PhoneNumber::new(national.unwrap_or(&dialled)) {
        return Ok(number);
    }
    let abroad = dialled.strip_prefix('+').or_else(|| dialled.strip_prefix("00"));
    let is_foreign = abroad.is_some_and(|rest| {
        rest.len() >= DIGITS && !rest.starts_with("47") && rest.bytes().all(|byte| byte.is_ascii_digit())
    });
    Err(if is_foreign { NoNumber::Foreign } else { NoNumber::Unreadable })
}

/// The address of a link to a number: `tel:+4712345678`.
fn without_scheme(text: &str) -> &str {
    match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => text.get(4..).unwrap_or_default(),
        Some(_) | None => text,
    }
}

/// What people write between the digits.
fn is_separator(sign: char) -> bool {
    matches!(sign, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Invisible marks: of direction, of zero width, and soft hyphens.
fn is_unseen(sign: char) -> bool {
    matches!(sign,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts, and the number that each means, or why it is none. One table for all who take numbers from people.
    const CASES: [(&str, Result<&str, NoNumber>); 63] = [
        // As it is, and with separators between digits.
        ("12345678", Ok("12345678")),
        ("123 45 678", Ok("12345678")),
        ("12 34 56 78", Ok("12345678")),
        (" 12345678\t", Ok("12345678")),
        ("12345678\r\n", Ok("12345678")),
        ("123\u{a0}45\u{a0}678", Ok("12345678")),
        ("123\u{202f}45\u{2009}678", Ok("12345678")),
        ("123\u{3000}45678", Ok("12345678")),
        ("12-34-56-78", Ok("12345678")),
        ("12\u{2011}34\u{2013}56\u{2212}78", Ok("12345678")),
        ("123.45.678", Ok("12345678")),
        ("12/34/56/78", Ok("12345678")),
        ("(12) 34 56 78", Ok("12345678")),
        // With the country's code.
        ("+4712345678", Ok("12345678")),
        ("+47 123 45 678", Ok("12345678")),
        ("+47-12-34-56-78", Ok("12345678")),
        ("+ 47 12345678", Ok("12345678")),
        ("(+47) 12 34 56 78", Ok("12345678")),
        ("(+47)12345678", Ok("12345678")),
        ("+(47) 12345678", Ok("12345678")),
        ("004712345678", Ok("12345678")),
        ("0047 12 34 56 78", Ok("12345678")),
        ("00 47 12345678", Ok("12345678")),
        ("(0047) 12345678", Ok("12345678")),
        ("4712345678", Ok("12345678")),
        ("47 12 34 56 78", Ok("12345678")),
        ("(47) 12345678", Ok("12345678")),
        ("tel:+4712345678", Ok("12345678")),
        ("TEL:12345678", Ok("12345678")),
        // Numbers that begin like the code.
        ("47123456", Ok("47123456")),
        ("4747123456", Ok("47123456")),
        ("+4747123456", Ok("47123456")),
        ("00 47 47 12 34 56", Ok("47123456")),
        ("+47 00 47 00 47", Ok("00470047")),
        // With invisible marks.
        ("\u{202a}+4712345678\u{202c}", Ok("12345678")),
        ("\u{2066}+47\u{2069} 12345678", Ok("12345678")),
        ("\u{200e}123\u{200b}45678\u{feff}", Ok("12345678")),
        ("12\u{ad}345678", Ok("12345678")),
        // Not eight digits.
        ("", Err(NoNumber::Unreadable)),
        ("+", Err(NoNumber::Unreadable)),
        ("+47", Err(NoNumber::Unreadable)),
        ("1234567", Err(NoNumber::Unreadable)),
        ("123456789", Err(NoNumber::Unreadable)),
        ("1234567890", Err(NoNumber::Unreadable)),
        ("+471234567", Err(NoNumber::Unreadable)),
        ("+47123456789", Err(NoNumber::Unreadable)),
        ("+47+4712345678", Err(NoNumber::Unreadable)),
        ("474712345678", Err(NoNumber::Unreadable)),
        ("+47 (0) 12345678", Err(NoNumber::Unreadable)),
        ("12345678+", Err(NoNumber::Unreadable)),
        ("47+12345678", Err(NoNumber::Unreadable)),
        ("1234567a", Err(NoNumber::Unreadable)),
        ("12,345,678", Err(NoNumber::Unreadable)),
        ("12345678\0", Err(NoNumber::Unreadable)),
        ("ring 12345678", Err(NoNumber::Unreadable)),
        // Other digits than 0 to 9: no Norwegian keyboard writes them, and some look like others.
        ("１２３４５６７８", Err(NoNumber::Unreadable)),
        ("١٢٣٤٥٦٧٨", Err(NoNumber::Unreadable)),
        // Other countries'.
        ("+4612345678", Err(NoNumber::Foreign)),
        ("+46 70 123 45 67", Err(NoNumber::Foreign)),
        ("004512345678", Err(NoNumber::Foreign)),
        ("(+1) 555-010-9999", Err(NoNumber::Foreign)),
        ("+12345678", Err(NoNumber::Foreign)),
        ("+47 12 34 56 78 / +47 87 65 43 21", Err(NoNumber::Unreadable)),
    ];

    #[test]
    fn what_is_clearly_a_norwegian_number_is_taken_and_nothing_else() {
        for (text, meant) in CASES {
            let number = typed_number(text);
            assert_eq!(number.as_ref().map(PhoneNumber::as_str).map_err(|why| *why), meant, "{text:?}");
        }
    }

    #[test]
    fn a_text_longer_than_any_number_is_not_looked_at() {
        let spaces = " ".repeat(TYPED_CHARS - DIGITS);
        assert!(typed_number(&format!("{spaces}12345678")).is_ok());
        assert_eq!(typed_number(&format!("{spaces} 12345678")), Err(NoNumber::Unreadable));
    }
}
