//! What a PSP's answer was, as a line for the person who has to find the fault: status, headers that say how to read the body, and
//! the body's first bytes.
//!
//! The call's secrets are hidden in the whole body first, and only then it is cut. Bytes are shown of a body that is whole,
//! UTF-8 and not encoded; of any other only what it is and how long. What comes from the PSP is escaped, so that it stays
//! one line and in its own reading direction.

use super::{Answer, AnswerHead, Masks};

/// So much of a body is shown, in bytes as they are written.
const SHOWN_BODY_BYTES: usize = 256;
/// So much of a header's value is shown, in bytes as they are written.
const SHOWN_HEADER_BYTES: usize = 80;

/// A whole answer; `fault` is what is wrong with its JSON, if anything is.
pub fn shown_answer(answer: &Answer, fault: Option<&str>, masks: &Masks) -> String {
    let mut line = shown_head(&answer.head, masks);
    if let Some(fault) = fault.filter(|_| !is_encoded(answer)) {
        line.push_str("; the body ");
        line.push_str(&shortened(&masks.hide(fault), SHOWN_HEADER_BYTES));
    }
    line.push_str("; ");
    line.push_str(&shown_body(answer, masks));
    line
}

/// An answer of which a part is missing: half a secret could stand at its end, so no byte of the body is shown.
pub fn shown_part(head: &AnswerHead, body_bytes: usize, masks: &Masks) -> String {
    format!("{}; {body_bytes} bytes of a body", shown_head(head, masks))
}

fn shown_head(head: &AnswerHead, masks: &Masks) -> String {
    let mut line = format!("HTTP {}", head.status);
    let headers = [
        ("Location", &head.location),
        ("Content-Type", &head.content_type),
        ("Content-Encoding", &head.content_encoding),
    ];
    for (name, value) in headers {
        if let Some(value) = value {
            line = format!("{line}; {name} {}", shortened(&masks.hide(value), SHOWN_HEADER_BYTES));
        }
    }
    line
}

fn shown_body(answer: &Answer, masks: &Masks) -> String {
    let bytes = answer.body.len();
    let text = if is_encoded(answer) { None } else { str::from_utf8(&answer.body).ok() };
    match text {
        _ if bytes == 0 => "no body".to_owned(),
        Some(text) => format!("{bytes} bytes: {}", shortened(&masks.hide(text), SHOWN_BODY_BYTES)),
        None if is_encoded(answer) => format!("{bytes} encoded bytes; a body must not be encoded"),
        None => format!("{bytes} bytes that are not UTF-8"),
    }
}

/// Whether the body is said to be encoded, or is gzip without a word.
fn is_encoded(answer: &Answer) -> bool {
    let encoding = answer.head.content_encoding.as_deref().unwrap_or_default().trim();
    let said = !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity");
    said || answer.body.starts_with(b"\x1f\x8b")
}

/// `text` escaped, up to `bytes`, with an ellipsis where it was cut.
fn shortened(text: &str, bytes: usize) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        let quote = matches!(character, '"' | '\'');
        let escaped: String = if quote { character.into() } else { character.escape_debug().collect() };
        if shown.len().saturating_add(escaped.len()) > bytes {
            shown.push('…');
            break;
        }
        shown.push_str(&escaped);
    }
    shown
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn answer(content_type: Option<&str>, content_encoding: Option<&str>, body: &[u8]) -> Answer {
        let head = AnswerHead {
            status: 502,
            content_type: content_type.map(str::to_owned),
            content_encoding: content_encoding.map(str::to_owned),
            location: None,
        };
        Answer { head, body: Bytes::copy_from_slice(body) }
    }

    fn shown(answer: &Answer) -> String {
        shown_answer(answer, None, &Masks::new(["4895370013193500"], Some("Bearer 5ecret-5ecret")))
    }

    #[test]
    fn status_type_length_and_first_bytes_stand_in_one_line() {
        let html = answer(Some("text/html"), None, b"<html>\n<h1>502 \"Bad\" Gateway</h1>");
        assert_eq!(shown(&html), r#"HTTP 502; Content-Type text/html; 33 bytes: <html>\n<h1>502 "Bad" Gateway</h1>"#);
        let fault =
            shown_answer(&html, Some("is not valid JSON: expected value at line 1 column 1"), &Masks::new([], None));
        assert!(fault.starts_with(
            "HTTP 502; Content-Type text/html; the body is not valid JSON: expected value at line 1 column 1; 33 bytes: <"
        ));
        assert_eq!(shown(&answer(None, None, b"")), "HTTP 502; no body");
    }

    #[test]
    fn an_encoded_body_and_one_that_is_no_text_are_named_and_not_shown() {
        let gzip = answer(Some("application/json"), Some("gzip"), b"{}");
        assert_eq!(
            shown(&gzip),
            "HTTP 502; Content-Type application/json; Content-Encoding gzip; 2 encoded bytes; a body must not be encoded"
        );
        assert_eq!(
            shown(&answer(None, None, b"\x1f\x8b\x08")),
            "HTTP 502; 3 encoded bytes; a body must not be encoded"
        );
        assert_eq!(shown(&answer(None, None, b"\xff\xfe")), "HTTP 502; 2 bytes that are not UTF-8");
        assert_eq!(shown(&answer(None, Some("Identity"), b"{}")), "HTTP 502; Content-Encoding Identity; 2 bytes: {}");
    }

    #[test]
    fn a_long_body_is_cut_after_its_secrets_were_hidden_and_nothing_turns_the_line_around() {
        let echo = format!("{}4895370013193500 and more{}", "x".repeat(250), "y".repeat(500));
        let line = shown(&answer(None, None, echo.as_bytes()));
        assert_eq!(line, format!("HTTP 502; 775 bytes: {}*** an…", "x".repeat(250)).replace(" an…", " an…"));
        let turned = shown(&answer(Some("a\u{202e}b"), None, "\u{202e}\u{0}\u{1f600}".as_bytes()));
        assert_eq!(turned, "HTTP 502; Content-Type a\\u{202e}b; 8 bytes: \\u{202e}\\0\u{1f600}");
    }

    #[test]
    fn a_header_that_echoes_is_masked_and_a_part_shows_no_byte_of_its_body() {
        let echo = answer(Some("text/4895370013193500"), Some("Bearer 5ecret-5ecret"), b"x");
        let line = shown(&echo);
        assert!(line.starts_with("HTTP 502; Content-Type text/***; Content-Encoding ***; "), "{line}");
        let part = shown_part(&echo.head, 15, &Masks::new(["4895370013193500"], None));
        assert!(part.ends_with("; 15 bytes of a body"), "{part}");
    }
}
