//! The patterns of the ids that cross the wire. Each is a pure question about a text; who stores or compares an id
//! takes it byte for byte. The vendor's published pattern of `pspTransactionId` is unanchored and matches nearly
//! anything; ours is stricter.

/// The most characters of a `pspTransactionId`.
pub const PSP_TRANSACTION_ID_MAX_CHARS: usize = 36;
/// The most characters of a `merchantOrderId`.
pub const MERCHANT_ORDER_ID_MAX_CHARS: usize = 50;

/// Whether `text` is a `pspTransactionId`: `^[A-Za-z0-9._-]{1,36}$` with at least one letter or digit (so that `.` and
/// `..`, which mean something in a path, are none).
pub fn is_psp_transaction_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=PSP_TRANSACTION_ID_MAX_CHARS).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        && bytes.iter().any(u8::is_ascii_alphanumeric)
}

/// Whether `text` is a `merchantOrderId`: `^[a-zA-Z0-9-]{1,50}$`.
pub fn is_merchant_order_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=MERCHANT_ORDER_ID_MAX_CHARS).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// Whether `text` is a Merchant Serial Number: 5 to 10 ASCII digits.
pub fn is_merchant_serial_number(text: &str) -> bool {
    (5..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `text` is a phone number: exactly 8 ASCII digits.
pub fn is_phone_number(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The 8 digits of a text that is clearly a Norwegian phone number: with country code (`+47`, `0047`, `47`), spaces,
/// hyphens, dots, slashes, parentheses or invisible marks of direction. `None` for anything else.
pub fn norwegian_phone_number(text: &str) -> Option<String> {
    const WRITTEN_MAX_CHARS: usize = 60;
    if text.chars().nth(WRITTEN_MAX_CHARS).is_some() {
        return None;
    }
    let is_mark = |character: char| matches!(character, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    let is_separator = |character: char| {
        character.is_whitespace()
            || matches!(character, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}')
    };
    let plain: String = text.chars().filter(|character| !is_mark(*character) && !is_separator(*character)).collect();
    let international = plain.strip_prefix("+47").or_else(|| plain.strip_prefix("0047"));
    let digits = international.or_else(|| plain.strip_prefix("47").filter(|rest| rest.len() == 8)).unwrap_or(&plain);
    is_phone_number(digits).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::norwegian_phone_number;

    #[test]
    fn a_number_that_is_clearly_norwegian_is_understood() {
        for written in [
            "12345678",
            "+4712345678",
            "004712345678",
            "4712345678",
            "+47 12 34 56 78",
            "12 34 56 78",
            "12-34-56-78",
            "12.34.56.78",
            "(+47) 12 34 56 78",
            "(+47)12345678",
            "00 47 12 34 56 78",
            "+47-12345678",
            " 12345678 ",
            "\u{202a}+47 12 34 56 78\u{202c}",
            "\u{200e}12345678\u{200f}",
            "\u{2066}12345678\u{2069}",
            "12\u{a0}34\u{202f}56\u{2009}78",
            "12\u{2011}34\u{2013}56\u{2212}78",
        ] {
            assert_eq!(norwegian_phone_number(written).as_deref(), Some("12345678"), "{written:?}");
        }
        assert_eq!(norwegian_phone_number("47123456").as_deref(), Some("47123456"));
    }

    #[test]
    fn any_other_text_is_no_number() {
        let long = format!("{}12345678", " ".repeat(60));
        for other in [
            "",
            "1234567",
            "123456789",
            "+4612345678",
            "+45 12 34 56 78",
            "0012345678",
            "47 12 34 56 7",
            "1234567a",
            "+12345678",
            "++4712345678",
            "４７１２３４５６７８",
            "12345678,12345679",
            "tel:12345678",
            &long,
        ] {
            assert_eq!(norwegian_phone_number(other), None, "{other:?}");
        }
    }
}
