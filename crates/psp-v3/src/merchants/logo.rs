//! A merchant's logo: a PNG whose header is read, so that its name need not be trusted. Pixels are never decoded.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The fewest pixels of a side.
pub const LOGO_SIDE_MIN_PIXELS: u32 = 100;
/// The most pixels of a side.
pub const LOGO_SIDE_MAX_PIXELS: u32 = 1_000;
/// The most memory that reading a header may take.
const HEADER_MAX_BYTES: usize = 1024 * 1024;

/// A PNG of an allowed size, or nothing, which takes a logo away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo(Vec<u8>);

impl Logo {
    /// The PNG file; empty for no logo.
    pub fn png(&self) -> &[u8] {
        &self.0
    }

    /// Reads base64 of a PNG; the fault completes the sentence "logo …".
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        if text.starts_with("data:") {
            return Err("must be the base64 alone, without data:image/png;base64,");
        }
        // MIME writes base64 in lines.
        let base64: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
        let bytes = STANDARD.decode(base64).map_err(|_| "must be base64")?;
        let limits = png::Limits { bytes: HEADER_MAX_BYTES };
        let reader =
            png::Decoder::new_with_limits(Cursor::new(&bytes), limits).read_info().map_err(|_| "must be a PNG")?;
        let (width, height) = reader.info().size();
        let allowed = LOGO_SIDE_MIN_PIXELS..=LOGO_SIDE_MAX_PIXELS;
        if !allowed.contains(&width) || !allowed.contains(&height) {
            return Err("must have 100 to 1000 pixels a side");
        }
        drop(reader);
        Ok(Self(bytes))
    }
}
