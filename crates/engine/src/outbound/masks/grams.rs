//! The runs of bytes of some secrets, and whether a text has one of them.

use zeroize::Zeroizing;

/// So many bytes of a secret in a row are one, whatever is around them.
pub(super) const GRAM_BYTES: usize = 8;

/// All runs of [`GRAM_BYTES`] of some texts, sorted; and which of them there can be, because a body of 64 KiB asks often.
pub(super) struct Grams {
    sorted: Zeroizing<Vec<u64>>,
    possible: Box<[bool; POSSIBLE]>,
}

/// How many kinds of runs are told apart at a glance.
const POSSIBLE: usize = 4096;

impl Default for Grams {
    fn default() -> Self {
        Self { sorted: Zeroizing::default(), possible: Box::new([false; POSSIBLE]) }
    }
}

impl Grams {
    /// A space at either end is not the secret's, but of what is around it.
    pub(super) fn add(&mut self, text: &[u8]) {
        let grams = text.windows(GRAM_BYTES).filter(|gram| gram.first() != Some(&b' ') && gram.last() != Some(&b' '));
        for key in grams.filter_map(key) {
            self.sorted.push(key);
            if let Some(possible) = self.possible.get_mut(kind(key)) {
                *possible = true;
            }
        }
    }

    pub(super) fn sort(&mut self) {
        self.sorted.sort_unstable();
    }

    pub(super) fn has(&self, gram: &[u8]) -> bool {
        key(gram).is_some_and(|key| self.has_key(key))
    }

    pub(super) fn has_key(&self, key: u64) -> bool {
        self.possible.get(kind(key)).is_some_and(|possible| *possible) && self.sorted.binary_search(&key).is_ok()
    }
}

/// Which of the [`POSSIBLE`] kinds a run is, by Fibonacci's multiplication.
fn kind(key: u64) -> usize {
    usize::try_from(key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 52).unwrap_or(0)
}

fn key(gram: &[u8]) -> Option<u64> {
    gram.try_into().ok().map(u64::from_be_bytes)
}
