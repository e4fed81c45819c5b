//! `paymentText`: what the user reads. It is stored cut to [`STORED_MAX_CHARS`], and shown cut to [`SHOWN_MAX_CHARS`]
//! without control and bidirectional characters, so that no text can paint another amount over ours.
//! Escaping for HTML is the template's work, not done here.

use std::borrow::Cow;

use crate::hints::{Hint, Hints, Slip};

/// The most characters that are stored; the rest of a longer text is dropped, not refused.
pub const STORED_MAX_CHARS: usize = 1_000;
/// The most characters that a user is shown.
pub const SHOWN_MAX_CHARS: usize = 100;

/// The part of a text that came which is stored, with hints about what of it users are not shown.
pub(crate) fn taken<'de>(text: Cow<'de, str>, hints: &mut Hints) -> Cow<'de, str> {
    if text.len() > SHOWN_MAX_CHARS && text.chars().nth(SHOWN_MAX_CHARS).is_some() {
        hints.push(Hint::of(Slip::PaymentTextCut));
    }
    let plain_ascii = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !plain_ascii && !text.chars().all(is_plain) {
        hints.push(Hint::of(Slip::PaymentTextHidden));
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(stored(text)),
        Cow::Owned(text) => Cow::Owned(stored(&text).to_owned()),
    }
}

/// The part of `text` that is stored.
pub fn stored(text: &str) -> &str {
    if text.len() <= STORED_MAX_CHARS {
        return text;
    }
    text.char_indices().nth(STORED_MAX_CHARS).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

/// The part of `text` that a user is shown: plain characters only, at most [`SHOWN_MAX_CHARS`].
pub fn shown(text: &str) -> String {
    text.chars().filter(|character| is_plain(*character)).take(SHOWN_MAX_CHARS).collect()
}

/// Whether a character is neither a control nor one that turns, hides or joins the text around it.
fn is_plain(character: char) -> bool {
    !character.is_control()
        && !matches!(character,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::{shown, stored};

    #[test]
    fn a_stored_text_is_cut_after_a_thousand_characters_not_bytes() {
        let long = "å".repeat(1_001);
        assert_eq!(stored(&long).chars().count(), 1_000);
        assert_eq!(stored("kort"), "kort");
        assert_eq!(stored(&"å".repeat(700)).chars().count(), 700);
    }

    #[test]
    fn a_shown_text_has_no_characters_that_turn_hide_or_ring() {
        assert_eq!(shown("a\u{202E}b\u{200B}c\u{7}d\ne\u{0}f\u{2066}g"), "abcdefg");
        assert_eq!(shown(&"x".repeat(101)).len(), 100);
        assert_eq!(shown("{{7*7}} <b>Blåbær</b> 🫐"), "{{7*7}} <b>Blåbær</b> 🫐");
    }
}
