//! The chunked coding, piece by piece, with every line and the trailer bounded.
//!
//! Strict where leniency would let two readers see two bodies: sizes are hexadecimal digits and nothing else, lines end with CR LF.

use super::{MAX_ANSWER_BYTES, MAX_ANSWER_HEAD_BYTES, UnknownCause};

/// The longest line that says a chunk's size, its extensions included, and the longest line of a trailer.
const MAX_LINE_BYTES: usize = 1024;

/// Reads a chunked body.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    expected: Expected,
    line: Vec<u8>,
    trailer_bytes: usize,
}

#[derive(Debug, Default, Clone, Copy)]
enum Expected {
    #[default]
    Size,
    Data {
        left: usize,
    },
    EndOfData,
    Trailer,
}

impl Chunks {
    /// Takes the next bytes and appends their data to `body`; `true` once the body is whole. What follows it is ignored.
    pub(super) fn push(&mut self, mut bytes: &[u8], body: &mut Vec<u8>) -> Result<bool, UnknownCause> {
        loop {
            if let Expected::Data { left } = self.expected {
                let (data, rest) = bytes.split_at(left.min(bytes.len()));
                body.extend_from_slice(data);
                bytes = rest;
                let left = left.saturating_sub(data.len());
                self.expected = if left == 0 { Expected::EndOfData } else { Expected::Data { left } };
                if left > 0 {
                    return Ok(false);
                }
            }
            let Some(line) = self.take_line(&mut bytes)? else {
                return Ok(false);
            };
            self.expected = match self.expected {
                Expected::Size => match parse_size(&line)? {
                    0 => Expected::Trailer,
                    left if left.saturating_add(body.len()) > MAX_ANSWER_BYTES => {
                        return Err(UnknownCause::BodyTooLarge);
                    }
                    left => Expected::Data { left },
                },
                Expected::EndOfData | Expected::Data { .. } if line.is_empty() => Expected::Size,
                Expected::EndOfData | Expected::Data { .. } => return Err(UnknownCause::NotHttp),
                Expected::Trailer if line.is_empty() => return Ok(true),
                Expected::Trailer => self.after_trailer(line.len())?,
            };
        }
    }

    fn after_trailer(&mut self, bytes: usize) -> Result<Expected, UnknownCause> {
        self.trailer_bytes = self.trailer_bytes.saturating_add(bytes);
        if self.trailer_bytes > MAX_ANSWER_HEAD_BYTES { Err(UnknownCause::HeadTooLarge) } else { Ok(Expected::Trailer) }
    }

    /// The next line without its end, or nothing until it is whole.
    fn take_line(&mut self, bytes: &mut &[u8]) -> Result<Option<Vec<u8>>, UnknownCause> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (part, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
        if self.line.len().saturating_add(part.len()) > MAX_LINE_BYTES {
            return Err(UnknownCause::NotHttp);
        }
        self.line.extend_from_slice(part);
        *bytes = rest.get(1..).unwrap_or_default();
        if end.is_none() {
            return Ok(None);
        }
        let line = std::mem::take(&mut self.line);
        line.strip_suffix(b"\r").map(|line| Some(line.to_vec())).ok_or(UnknownCause::NotHttp)
    }
}

/// The size of the chunk that this line announces; extensions after `;` are ignored.
fn parse_size(line: &[u8]) -> Result<usize, UnknownCause> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii_end();
    if digits.is_empty() || digits.len() > 16 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(UnknownCause::NotHttp);
    }
    let size = str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
    usize::try_from(size.ok_or(UnknownCause::NotHttp)?).map_err(|_| UnknownCause::BodyTooLarge)
}
