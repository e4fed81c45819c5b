//! The sample PSP's own key, kept in its folder (0600): from it come the merchants' keys and the makePayment tokens.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lommebok_sdk::{MerchantSerialNumber, Secret};
use sha2::Sha256;

use crate::chance;

/// The file's name.
const FILE: &str = "psp.key";

/// The key.
pub(super) struct OwnKey([u8; 32]);

impl OwnKey {
    /// Reads the key, or makes one on the first start.
    pub(super) fn load(directory: &Path) -> io::Result<Self> {
        let path = directory.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                let fresh = chance::hex::<32>();
                let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
                file.write_all(fresh.as_bytes())?;
                file.sync_all()?;
                fresh
            }
            Err(fault) => return Err(fault),
        };
        if text.len() != 64 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{} holds no key", path.display())));
        }
        Ok(Self(derived(text.as_bytes(), b"own key")))
    }

    /// The key for one purpose.
    pub(super) fn purpose(&self, purpose: &[u8]) -> [u8; 32] {
        derived(&self.0, purpose)
    }

    /// What a merchant shows us.
    pub(super) fn of_merchant(&self, msn: &MerchantSerialNumber) -> Secret {
        let code = derived(&self.purpose(b"merchants"), msn.as_str().as_bytes());
        Secret::new(code.iter().take(16).fold("sk_test_".to_owned(), |text, byte| text + &format!("{byte:02x}")))
    }
}

fn derived(key: &[u8], purpose: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(purpose);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_a_restart_and_the_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let msn = MerchantSerialNumber::new("100001").unwrap();
        let first = OwnKey::load(directory.path()).unwrap().of_merchant(&msn);
        assert_eq!(OwnKey::load(directory.path()).unwrap().of_merchant(&msn), first);
        let other = MerchantSerialNumber::new("100002").unwrap();
        assert_ne!(OwnKey::load(directory.path()).unwrap().of_merchant(&other), first);
        let mode = fs::metadata(directory.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
