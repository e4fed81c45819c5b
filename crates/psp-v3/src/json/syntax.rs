//! What a client most likely did when its body is no JSON, judged by the text at the fault.

use serde_json::Error;

use crate::hints::{Hint, Slip};

/// Where a fault is, such as `line 3 column 7`.
fn place(error: &Error) -> String {
    format!("line {} column {}", error.line(), error.column())
}

/// Whether the fault is a number that is too large to be read at all.
pub(super) fn is_number(error: &Error) -> bool {
    error.to_string().starts_with("number out of range")
}

/// The hint about `text`, which is no JSON.
pub(super) fn hint(text: &str, error: &Error) -> Hint {
    let begins = text.trim_start();
    if begins.starts_with('<') {
        return Hint::of(Slip::JsonMarkup);
    }
    if !begins.starts_with(['{', '[', '"', '\'']) && begins.split('&').next().is_some_and(|first| first.contains('=')) {
        return Hint::of(Slip::JsonForm);
    }
    let words = error.to_string();
    let fault = fault_at(text, error);
    let slip = match fault.map(|(character, _)| character) {
        Some('}' | ']') if fault.is_some_and(|(_, before)| before.trim_end().ends_with(',')) => Slip::JsonTrailingComma,
        _ if words.starts_with("trailing characters") => Slip::JsonGoesOn,
        _ if words.starts_with("control character") => Slip::JsonControlCharacter,
        _ if words.starts_with("invalid escape") => Slip::JsonEscape,
        _ if error.is_eof() => return Hint::of(Slip::JsonEndsEarly),
        Some('\'' | '\u{2018}'..='\u{201F}' | '`') => Slip::JsonSingleQuotes,
        Some('/' | '#') => Slip::JsonComment,
        Some(letter) if letter.is_alphabetic() => Slip::JsonWord,
        _ => Slip::JsonSyntax,
    };
    Hint::about(slip, place(error))
}

/// The first character of what the reader could not take, the one at the fault or the beginning of its word, and what is
/// before it.
fn fault_at<'t>(text: &'t str, error: &Error) -> Option<(char, &'t str)> {
    let lines_before = error.line().checked_sub(1)?;
    let line_begins = text.split_inclusive('\n').take(lines_before).map(str::len).sum::<usize>();
    // The column counts bytes, and may point into a character or behind the text's end.
    let column = error.column().saturating_sub(1);
    let mut at = line_begins.saturating_add(column).min(text.len().saturating_sub(1));
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    let character = text.get(at..)?.chars().next()?;
    let before = text.get(..at)?;
    if !character.is_alphanumeric() {
        return Some((character, before));
    }
    let rest = before.trim_end_matches(char::is_alphanumeric);
    Some((text.get(rest.len()..)?.chars().next()?, rest))
}

#[cfg(test)]
mod tests {
    use crate::errors::Fault;
    use crate::hints::Slip;
    use crate::json::{Flat, read_document};

    fn slip(body: &str) -> Slip {
        let broken = read_document(body.as_bytes(), |manner| Flat::new(&["a"], manner)).err().unwrap();
        Fault::from(broken).hint.row().slip
    }

    #[test]
    fn the_usual_slips_are_told_apart() {
        for (body, expected) in [
            ("{\"a\":1,}", Slip::JsonTrailingComma),
            ("{\"a\":[1,]}", Slip::JsonTrailingComma),
            ("{'a':1}", Slip::JsonSingleQuotes),
            ("'{}'", Slip::JsonSingleQuotes),
            ("{\"a\":'x'}", Slip::JsonSingleQuotes),
            ("{\u{201c}a\u{201d}:1}", Slip::JsonSingleQuotes),
            ("{a:1}", Slip::JsonWord),
            ("{\"a\":None}", Slip::JsonWord),
            ("{\"a\":True}", Slip::JsonWord),
            ("{\"a\":NaN}", Slip::JsonWord),
            ("{\"a\":nil}", Slip::JsonWord),
            ("hello", Slip::JsonWord),
            ("{/* x */}", Slip::JsonComment),
            ("{\n  // x\n  \"a\":1}", Slip::JsonComment),
            ("{\"a\":\"x\ny\"}", Slip::JsonControlCharacter),
            ("{\"a\":\"x\ty\"}", Slip::JsonControlCharacter),
            ("{\"a\":1", Slip::JsonEndsEarly),
            ("{\"a\":\"x", Slip::JsonEndsEarly),
            ("{\"a\":", Slip::JsonEndsEarly),
            ("{}{}", Slip::JsonGoesOn),
            ("{} x", Slip::JsonGoesOn),
            ("<a/>", Slip::JsonMarkup),
            ("a=1&b=2", Slip::JsonForm),
            ("{\"a\":01}", Slip::JsonSyntax),
            ("{\"a\" 1}", Slip::JsonSyntax),
            ("{\"a\":1 \"b\":2}", Slip::JsonSyntax),
            ("{\"a\":\"\\x\"}", Slip::JsonEscape),
            ("\"\\ud83d\"", Slip::BodyEncodedTwice),
            ("9e999", Slip::JsonSyntax),
        ] {
            assert_eq!(slip(body), expected, "{body}");
        }
    }

    #[test]
    fn the_place_is_told_as_an_editor_counts() {
        let broken = read_document(b"{\n  \"a\": 'x'\n}", |manner| Flat::new(&["a"], manner)).err().unwrap();
        let text = Fault::from(broken).hint.text().unwrap();
        assert!(text.ends_with("look at line 2 column 8"), "{text}");
    }
}
