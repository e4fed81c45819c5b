//! When an answer is the one that a page shows: byte by byte but for white space, ids, times, tokens and ports.

/// A character's place in something that differs with each run: `0` is a digit, `h` one of a hex number, another one itself.
const SHAPES: [&str; 4] = [
    "0000-00-00T00:00:00.000Z",
    "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh",
    "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh",
    "000000000000000",
];

/// Whether a character belongs to something that differs with each run.
type Own = fn(char) -> bool;

/// The text before a value that differs with each run, and the characters of that value.
const DIFFERS: [(&str, Own); 12] = [
    ("127.0.0.1:", |c| c.is_ascii_digit()),
    ("Content-Length: ", |c| c.is_ascii_digit()),
    ("User-Agent: lommebok/", |c| c.is_ascii_digit() || c == '.'),
    ("&token=", |c| c.is_ascii_alphanumeric() || "-_".contains(c)),
    ("?once=", |c| c.is_ascii_alphanumeric() || "-_".contains(c)),
    ("\"access_token\":\"", |c| c != '"'),
    ("\"expires_on\":\"", |c| c.is_ascii_digit()),
    ("\"not_before\":\"", |c| c.is_ascii_digit()),
    ("\"number\":\"", |c| c.is_ascii_digit()),
    ("\"cryptogram\":\"", |c| c != '"'),
    ("\"ms\":", |c| c.is_ascii_digit()),
    ("\"aheadMs\":", |c| c.is_ascii_digit() || c == '-'),
];

/// JSON without the white space between its parts, in the order in which it came.
pub(crate) fn compact(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let kept = json.chars().filter(|character| {
        match character {
            '"' if !escaped => inside = !inside,
            _ => {}
        }
        escaped = inside && !escaped && *character == '\\';
        inside || !character.is_whitespace()
    });
    kept.collect()
}

/// The text with a placeholder for everything that differs with each run.
pub(crate) fn masked(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(shape) = SHAPES.iter().find(|shape| has_shape(rest, shape)) {
            masked += shape;
            rest = &rest[shape.len()..];
        } else if let Some((before, own)) = DIFFERS.iter().find(|(before, _)| rest.starts_with(before)) {
            masked += before;
            masked.push('*');
            rest = rest[before.len()..].trim_start_matches(own);
        } else {
            masked.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    masked
}

fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(found, wanted): (u8, u8)| match wanted {
        b'0' => found.is_ascii_digit(),
        b'h' => found.is_ascii_hexdigit(),
        _ => found == wanted,
    };
    text.len() >= shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

#[test]
fn only_what_differs_with_each_run_may_differ() {
    let one = compact(
        "{\n  \"at\": \"2026-11-29T22:34:15.519Z\", \"text\": \"a \\\" b\",\n  \"url\": \"http://127.0.0.1:8480/x?v=2&token=AQ-_1\"}",
    );
    let other = r#"{"at":"2027-01-02T03:04:05.678Z","text":"a \" b","url":"http://127.0.0.1:41234/x?v=2&token=BB"}"#;
    assert_eq!(masked(&one), masked(other));
    for wrong in ["2027-01-02T03:04:05Z", "2027-01-02"] {
        assert_ne!(masked(&one), masked(&other.replace("2027-01-02T03:04:05.678Z", wrong)));
    }
    assert_ne!(masked(&one), masked(&other.replace("a \\\" b", "a \\\"  b")));
    assert_ne!(masked(&one), masked(&other.replace("127.0.0.1", "localhost")));
}
