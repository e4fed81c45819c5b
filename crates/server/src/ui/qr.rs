//! A QR code as one SVG path, so that it can stand inside a page that allows no foreign content.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// A QR code, ready for a template: a square of `side` modules with a quiet zone of four around it.
#[derive(Clone, Debug)]
pub struct Qr {
    /// Modules a side, the quiet zone included; the SVG's `viewBox` is `0 0 side side`.
    pub side: usize,
    /// The dark modules as an SVG path.
    pub path: String,
}

/// White modules around the code, as the standard asks.
const QUIET_MODULES: usize = 4;

impl Qr {
    /// The code of a text, or nothing for one that is too long for a QR code (about 2,300 bytes).
    pub fn encode(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (row, modules) in code.to_colors().chunks(width).enumerate() {
            let y = row.saturating_add(QUIET_MODULES);
            let mut x = QUIET_MODULES;
            for run in modules.chunk_by(|left, right| left == right) {
                if run.first() == Some(&Color::Dark) {
                    let _ = write!(path, "M{x} {y}h{0}v1h-{0}z", run.len());
                }
                x = x.saturating_add(run.len());
            }
        }
        Some(Self { side: width.saturating_add(QUIET_MODULES.saturating_mul(2)), path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_finder_patterns_inside_the_quiet_zone() {
        let qr = Qr::encode("vippsMT://?token=abc").unwrap();
        assert!(qr.path.starts_with("M4 4h7v1h-7z"), "{}", qr.path);
        assert!(qr.side >= 29);
    }

    #[test]
    fn a_text_that_fits_no_code_has_none() {
        assert!(Qr::encode(&"x".repeat(5000)).is_none());
    }
}
