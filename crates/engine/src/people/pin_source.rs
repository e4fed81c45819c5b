//! Where a PIN is tried from: a browser that has signed this number's user in before, or an address. Each has a count of its own
//! (ADR 0006), so that who guesses at a number does not lock its user out.
//!
//! Only keyed hashes are kept, each bound to the number. A newcomer's mistake: to take a browser for known because it has a cookie. It
//! counts for the number that it signed in with and for no other, and only a right PIN gives it an id, which the server chose.

use lommebok_domain::{PhoneNumber, Timestamp};
use lommebok_store::{KeyedHash, TriedFrom};

use super::People;
use crate::fault::Fault;
use crate::keys::lookup::Purpose;

/// What a browser is known by: 128 random bits in its cookie.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BrowserId(pub [u8; 16]);

/// A holder of the id has the browser's tries.
impl std::fmt::Debug for BrowserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BrowserId(…)")
    }
}

/// Who signs in.
#[derive(Clone, Debug, Default)]
pub struct SignInFrom {
    /// The ids in the browser's cookie, of several numbers perhaps.
    pub browsers: Vec<BrowserId>,
    /// The client's address as it is counted; nothing for this machine.
    pub address: Option<u128>,
}

/// Where a number is tried from.
pub(super) struct PinSource {
    pub(super) tried: TriedFrom,
    /// The browser's id, if it is known.
    pub(super) browser: Option<BrowserId>,
}

impl People {
    pub(super) async fn pin_source(
        &self,
        number: &PhoneNumber,
        from: &SignInFrom,
        now: Timestamp,
    ) -> Result<PinSource, Fault> {
        for id in &from.browsers {
            let browser = self.browser_hash(number, *id);
            if self.store.is_known_browser(&browser, now).await? {
                return Ok(PinSource { tried: TriedFrom::KnownBrowser(browser), browser: Some(*id) });
            }
        }
        let here = match from.address {
            Some(address) => self.source_hash(number, "address", &address.to_be_bytes()),
            None => self.source_hash(number, "this machine", &[]),
        };
        let tried = TriedFrom::Address { here, anywhere: self.source_hash(number, "all addresses", &[]) };
        Ok(PinSource { tried, browser: None })
    }

    pub(super) fn browser_hash(&self, number: &PhoneNumber, id: BrowserId) -> KeyedHash {
        self.source_hash(number, "browser", &id.0)
    }

    fn source_hash(&self, number: &PhoneNumber, kind: &str, which: &[u8]) -> KeyedHash {
        let value = [number.as_str().as_bytes(), b"\0", kind.as_bytes(), b"\0", which].concat();
        let hash = self.keys.lookup.hash_within(Purpose::PinSource, self.tenant.get(), &value);
        KeyedHash::new(*hash.as_bytes())
    }
}
