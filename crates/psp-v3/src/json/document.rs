//! A whole body: exactly one JSON document in UTF-8 whose top is an object.

use serde::de::{DeserializeSeed, IgnoredAny};

use super::{Manner, Object, ObjectSeed, Scalar, no_object, syntax};
use crate::errors::Fault;
use crate::hints::{Hint, Slip};

/// Why a body could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    /// No byte at all, or white space only.
    #[error("is empty")]
    Empty,
    /// The body begins with a byte order mark, or is UTF-16 or UTF-32.
    #[error("is not plain UTF-8: it begins with a byte order mark or is UTF-16")]
    Encoding,
    /// A byte sequence that is not UTF-8.
    #[error("is not valid UTF-8")]
    Utf8,
    /// JSON, but a string with half of a surrogate pair is where an object or an array should be.
    #[error("has a string where an object or an array should be")]
    Halved,
    /// Not JSON, or more than one document; `serde_json`'s words for syntax repeat nothing of the body.
    #[error("is not valid JSON: {words}")]
    Syntax {
        /// What is wrong, and where.
        words: String,
        /// What the client most likely did.
        hint: Hint,
    },
}

impl Broken {
    fn syntax(text: &str, error: &serde_json::Error) -> Self {
        Self::Syntax { words: error.to_string(), hint: syntax::hint(text, error) }
    }
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        let fault = Fault::invalid("", &format!("the body {broken}"));
        match broken {
            Broken::Empty => fault.hinting(Hint::of(Slip::BodyEmpty)),
            Broken::Encoding | Broken::Utf8 => fault.hinting(Hint::of(Slip::BodyEncoding)),
            // Bodies in which an object can be elsewhere than at the top are read once more.
            Broken::Halved => no_object(&Scalar::HalvedText("".into())),
            Broken::Syntax { hint, .. } => fault.hinting(hint),
        }
    }
}

/// Reads `body` into the object that `empty` makes. What is wrong with the members, the object itself remembers. A body that
/// holds half of a surrogate pair is read a second time, carefully.
pub(crate) fn read_document<'de, O: Object<'de>>(body: &'de [u8], empty: impl Fn(Manner) -> O) -> Result<O, Broken> {
    if body.trim_ascii().is_empty() {
        return Err(Broken::Empty);
    }
    if body.starts_with(b"\xEF\xBB\xBF") || body.iter().take(4).any(|byte| matches!(byte, 0 | 0xFE | 0xFF)) {
        return Err(Broken::Encoding);
    }
    let text = std::str::from_utf8(body).map_err(|_| Broken::Utf8)?;
    match read(text, empty(Manner::Swift)) {
        Ok(object) => Ok(object),
        // What is skipped may hold anything, so this asks for the grammar alone.
        Err(_) if serde_json::from_str::<IgnoredAny>(text).is_ok() => {
            let carefully = read(text, empty(Manner::Careful));
            carefully
                .map_err(|error| if syntax::is_number(&error) { Broken::syntax(text, &error) } else { Broken::Halved })
        }
        Err(error) => Err(Broken::syntax(text, &error)),
    }
}

fn read<'de, O: Object<'de>>(text: &'de str, mut object: O) -> serde_json::Result<O> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    ObjectSeed(&mut object).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(object)
}

/// The same body with all surrogates replaced by U+FFFD. It means something else, so it is good for finding faults only.
pub(crate) fn without_surrogates(body: &[u8]) -> Vec<u8> {
    let mut replaced = body.to_vec();
    let mut at = 0_usize;
    while let Some(escape) = replaced.get_mut(at..) {
        let Some(found) = escape.iter().position(|byte| *byte == b'\\') else { break };
        if let Some([_, b'u', digits @ ..]) = escape.get_mut(found..found.saturating_add(6))
            && let [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..] = digits
        {
            digits.copy_from_slice(b"fffd");
        }
        // Behind the backslash and what it escapes.
        at = at.saturating_add(found).saturating_add(2);
    }
    replaced
}
