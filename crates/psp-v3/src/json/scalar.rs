//! One JSON value as far as our bodies use them, and the two manners of reading it. Reading carefully takes half as long
//! again, so bodies are read swiftly first.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// How the values of a body are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// At once. Half of a surrogate pair ends the reading, and of an object nothing is kept.
    #[default]
    Swift,
    /// Each value is cut out first and looked at afterwards, so that a text with half of a surrogate pair is remembered as
    /// such, and an object is kept as it was sent.
    Careful,
}

/// A value that a member can have. Integers beyond `i64` saturate: every limit of this API is far below.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar<'de> {
    Null,
    Bool(bool),
    Integer(i64),
    /// A number that is not written as an integer: `1.0`, `1e3`, `-0`.
    Fraction,
    Text(Cow<'de, str>),
    /// A text in which halves of surrogate pairs (`\ud83d` alone) stood; each is replaced by U+FFFD.
    /// Boxed, so that the rare text does not make every value larger.
    HalvedText(Box<str>),
    Array,
    /// The object as it was sent; empty when it was read swiftly.
    Object(&'de str),
}

impl<'de> Scalar<'de> {
    /// What a message calls this value.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Scalar::Null => "null",
            Scalar::Bool(_) => "a boolean",
            Scalar::Integer(_) => "a number",
            Scalar::Fraction => "a number with a fraction or exponent",
            Scalar::Text(_) | Scalar::HalvedText(_) => "a string",
            Scalar::Array => "an array",
            Scalar::Object(_) => "an object",
        }
    }

    /// Reads one value that was cut out of its body; `None` for what is no JSON.
    pub(crate) fn read(raw: &'de str) -> Option<Self> {
        Some(match raw.as_bytes().first()? {
            b'"' => string(raw)?,
            b'{' => Scalar::Object(raw),
            b'[' => Scalar::Array,
            b't' => Scalar::Bool(true),
            b'f' => Scalar::Bool(false),
            b'n' => Scalar::Null,
            _ => number(raw),
        })
    }
}

impl<'de> DeserializeSeed<'de> for Manner {
    type Value = Scalar<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match self {
            Manner::Swift => deserializer.deserialize_any(ScalarVisitor),
            Manner::Careful => {
                Scalar::read(cut_out(deserializer)?).ok_or_else(|| D::Error::custom("a value that is no JSON"))
            }
        }
    }
}

/// The next value as it is written in the body. Apart, so that the fast path stays small.
#[cold]
#[inline(never)]
pub(super) fn cut_out<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'de str, D::Error> {
    <&RawValue>::deserialize(deserializer).map(RawValue::get)
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Integer(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    fn visit_f64<E>(self, _value: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Fraction)
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Object(""))
    }
}

fn number<'de>(raw: &str) -> Scalar<'de> {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    if raw == "-0" || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Scalar::Fraction;
    }
    Scalar::Integer(raw.parse().unwrap_or(if raw.starts_with('-') { i64::MIN } else { i64::MAX }))
}

/// The text of a string in its quotes.
fn string(raw: &str) -> Option<Scalar<'_>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.as_bytes().contains(&b'\\') {
        return Some(Scalar::Text(Cow::Borrowed(inner)));
    }
    // Asked for bytes, the library lets halves of surrogate pairs through, each as the three bytes that UTF-8 would give it.
    let bytes = serde::Deserializer::deserialize_bytes(&mut serde_json::Deserializer::from_str(raw), Bytes).ok()?;
    Some(match String::from_utf8(bytes) {
        Ok(text) => Scalar::Text(Cow::Owned(text)),
        Err(halved) => Scalar::HalvedText(mended(halved.as_bytes()).into_boxed_str()),
    })
}

/// The text with each half of a surrogate pair replaced by U+FFFD.
fn mended(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        // Of the three bytes only the first begins a sequence.
        if chunk.invalid().first() == Some(&0xED) {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

struct Bytes;

impl Visitor<'_> for Bytes {
    type Value = Vec<u8>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(bytes.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::Scalar;

    #[track_caller]
    fn assert_halved(raw: &str, text: &str) {
        assert_eq!(Scalar::read(raw), Some(Scalar::HalvedText(text.into())));
    }

    #[test]
    fn each_half_of_a_surrogate_pair_becomes_one_replacement_character() {
        assert_halved(r#""a\ud83d""#, "a\u{FFFD}");
        assert_halved(r#""\ude00b""#, "\u{FFFD}b");
        assert_halved(r#""\ud83d\ud83d""#, "\u{FFFD}\u{FFFD}");
        assert_halved(r#""\uD83D\u0041\n""#, "\u{FFFD}A\n");
        assert_halved(r#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}");
        assert_halved(r#""\ud83d\ud83d\ude00""#, "\u{FFFD}\u{1F600}");
    }

    #[test]
    fn whole_pairs_and_replacement_characters_are_text() {
        assert_eq!(Scalar::read(r#""\ud83d\ude00""#), Some(Scalar::Text("\u{1F600}".into())));
        assert_eq!(Scalar::read(r#""\ufffd""#), Some(Scalar::Text("\u{FFFD}".into())));
        assert_eq!(Scalar::read("\"\u{FFFD}\""), Some(Scalar::Text("\u{FFFD}".into())));
        assert_eq!(Scalar::read(r#""""#), Some(Scalar::Text("".into())));
    }

    #[test]
    fn numbers_saturate_and_fractions_are_told_apart() {
        assert_eq!(Scalar::read("49900"), Some(Scalar::Integer(49_900)));
        assert_eq!(Scalar::read("99999999999999999999"), Some(Scalar::Integer(i64::MAX)));
        assert_eq!(Scalar::read("-99999999999999999999"), Some(Scalar::Integer(i64::MIN)));
        for fraction in ["1.0", "1e3", "-0", "1E999", "-1.5"] {
            assert_eq!(Scalar::read(fraction), Some(Scalar::Fraction), "{fraction}");
        }
    }
}
