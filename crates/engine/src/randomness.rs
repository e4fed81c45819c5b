//! The one place where randomness enters: the operating system's for running, a seeded stream for tests.
//!
//! Keys, nonces, ids and secrets are made from a [`Randomness`] that is handed in; nothing else asks the operating system.
//! The one exception is the RSA signing key, whose library insists on its own source.
//! A newcomer's mistake: the seeded stream looks random, but the seed reveals every secret. It is for tests.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A source of random bytes. Cheap to clone; clones of a seeded source share one stream.
#[derive(Clone)]
pub struct Randomness(Arc<Source>);

enum Source {
    OperatingSystem,
    Seeded(Mutex<SeededStream>),
}

/// SHA-256(seed ‖ block number), block after block.
struct SeededStream {
    seed: u64,
    next_block: u64,
}

impl Randomness {
    pub fn operating_system() -> Self {
        Self(Arc::new(Source::OperatingSystem))
    }

    /// A stream that is the same for the same seed. For tests only.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Source::Seeded(Mutex::new(SeededStream { seed, next_block: 0 }))))
    }

    /// Overwrites `target` with random bytes.
    pub fn fill(&self, target: &mut [u8]) {
        match &*self.0 {
            Source::OperatingSystem => fill_from_operating_system(target),
            Source::Seeded(stream) => stream.lock().unwrap_or_else(PoisonError::into_inner).fill(target),
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// 128 random bits as text, for a cookie.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<16>())
    }

    /// A random UUID (version 4), for request ids and the like.
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}

impl fmt::Debug for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &*self.0 {
            Source::OperatingSystem => "Randomness(operating system)",
            Source::Seeded(_) => "Randomness(seeded)",
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place where randomness enters")]
fn fill_from_operating_system(target: &mut [u8]) {
    getrandom::fill(target).expect("an operating system without randomness cannot run anything that keeps secrets");
}

impl SeededStream {
    fn fill(&mut self, target: &mut [u8]) {
        for chunk in target.chunks_mut(32) {
            let block = Sha256::new()
                .chain_update(self.seed.to_be_bytes())
                .chain_update(self.next_block.to_be_bytes())
                .finalize();
            self.next_block = self.next_block.wrapping_add(1);
            for (to, from) in chunk.iter_mut().zip(block) {
                *to = from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        let first = Randomness::seeded(7).bytes::<100>();
        assert_eq!(first, Randomness::seeded(7).bytes::<100>());
        assert_ne!(first, Randomness::seeded(8).bytes::<100>());
    }

    #[test]
    fn a_seeded_stream_does_not_repeat_itself() {
        let randomness = Randomness::seeded(7);
        assert_ne!(randomness.bytes::<32>(), randomness.clone().bytes::<32>());
    }

    #[test]
    fn the_operating_system_gives_bytes_that_differ() {
        let randomness = Randomness::operating_system();
        assert_ne!(randomness.bytes::<32>(), randomness.bytes::<32>());
    }

    #[test]
    fn a_uuid_is_of_version_4() {
        assert_eq!(Randomness::seeded(1).uuid().get_version_num(), 4);
        assert_ne!(Randomness::operating_system().uuid(), Randomness::operating_system().uuid());
    }
}
