//! A whole body: exactly one JSON document in UTF-8 whose top is an object.

use serde::de::DeserializeSeed;

use super::{Object, ObjectSeed};
use crate::errors::Fault;

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
    /// Not JSON, or more than one document; `serde_json`'s words for syntax repeat nothing of the body.
    #[error("is not valid JSON: {0}")]
    Syntax(String),
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        let fault = Fault::invalid("", &format!("the body {broken}"));
        match broken {
            Broken::Empty => fault.hinting("send a JSON object"),
            Broken::Encoding | Broken::Utf8 => fault.hinting("send the body as UTF-8 without a byte order mark"),
            Broken::Syntax(_) => fault,
        }
    }
}

/// Reads `body` into `object`. What is wrong with the members, the object itself remembers.
pub(crate) fn read_document<'de, O: Object<'de>>(body: &'de [u8], object: &mut O) -> Result<(), Broken> {
    if body.trim_ascii().is_empty() {
        return Err(Broken::Empty);
    }
    if body.starts_with(b"\xEF\xBB\xBF") || body.iter().take(4).any(|byte| matches!(byte, 0 | 0xFE | 0xFF)) {
        return Err(Broken::Encoding);
    }
    let text = std::str::from_utf8(body).map_err(|_| Broken::Utf8)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    ObjectSeed(object)
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| Broken::Syntax(error.to_string()))
}
