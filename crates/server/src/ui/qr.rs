//! QR codes, each as one SVG path, so that it can be part of a page that allows no foreign content.
//!
//! Drawing one takes longer than all else that a page does, and every holder of a link may ask for its page: what was drawn
//! for a link is kept for it.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use qrcode::{Color, EcLevel, QrCode};

/// A QR code, ready for a template: a square of `side` modules with a quiet zone of four around it.
#[derive(Clone, Debug)]
pub struct Qr {
    /// Modules a side, the quiet zone included; the SVG's `viewBox` is `0 0 side side`.
    pub side: usize,
    /// The dark modules as an SVG path.
    pub path: String,
}

/// Codes that were drawn, for the links that were asked for last. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct QrCodes(Arc<Mutex<Drawn>>);

#[derive(Debug, Default)]
struct Drawn {
    codes: HashMap<String, Option<Arc<Qr>>>,
    /// The links in the order in which they were drawn.
    order: VecDeque<String>,
}

/// Codes that are kept: some 5 KB each.
const CODES_KEPT: usize = 512;

impl QrCodes {
    /// The code of a text, drawn once as long as it is kept; nothing for one that is too long for a code.
    pub fn of(&self, text: &str) -> Option<Arc<Qr>> {
        let mut drawn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(code) = drawn.codes.get(text) {
            return code.clone();
        }
        // Under the lock, so that many who ask at once wait for one drawing.
        let code = Qr::encode(text).map(Arc::new);
        drawn.codes.insert(text.to_owned(), code.clone());
        drawn.order.push_back(text.to_owned());
        if drawn.order.len() > CODES_KEPT
            && let Some(oldest) = drawn.order.pop_front()
        {
            drawn.codes.remove(&oldest);
        }
        code
    }
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
    fn a_code_is_drawn_once_for_its_text_and_the_oldest_makes_room() {
        let codes = QrCodes::default();
        let first = codes.of("text 0").unwrap();
        assert!(Arc::ptr_eq(&first, &codes.of("text 0").unwrap()));
        for number in 1..=CODES_KEPT {
            drop(codes.of(&format!("text {number}")));
        }
        assert!(!Arc::ptr_eq(&first, &codes.of("text 0").unwrap()), "it was forgotten and drawn again");
        let drawn = codes.0.lock().unwrap();
        assert_eq!((drawn.codes.len(), drawn.order.len()), (CODES_KEPT, CODES_KEPT));
    }

    #[test]
    fn a_text_that_fits_no_code_has_none() {
        assert!(Qr::encode(&"x".repeat(5000)).is_none());
    }
}
