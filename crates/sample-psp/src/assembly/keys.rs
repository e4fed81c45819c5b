//! The sample PSP's own key, kept in its folder (0600): from it come the merchants' keys and the makePayment tokens.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lommebok_sdk::{MerchantSerialNumber, Secret};
use sha2::Sha256;

use crate::private_file::{self, PRIVATE};
use crate::randomness;

/// The file's name.
const FILE: &str = "psp.key";

pub(super) struct OwnKey([u8; 32]);

impl OwnKey {
    /// Reads the key, or makes one on the first start. One that others can read is made private.
    pub(super) fn load(directory: &Path) -> io::Result<Self> {
        let path = directory.join(FILE);
        private_file::mend(&path)?;
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                put(directory, &randomness::hex::<32>())?;
                fs::read_to_string(&path)?
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

/// Makes the key's file whole or not at all: a crash half-way leaves no file that holds no key. A file that is there stays.
fn put(directory: &Path, text: &str) -> io::Result<()> {
    let beside = directory.join(format!("{FILE}.{}", randomness::hex::<8>()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&beside)?;
    let linked = file
        .set_permissions(Permissions::from_mode(PRIVATE))
        .and_then(|()| file.write_all(text.as_bytes()))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&beside, directory.join(FILE)));
    fs::remove_file(&beside)?;
    match linked {
        Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => Err(fault),
        _ => File::open(directory)?.sync_all(),
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
    fn a_key_is_never_replaced_and_leaves_nothing_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let first = OwnKey::load(directory.path()).unwrap().0;
        put(directory.path(), &"0".repeat(64)).unwrap();
        assert_eq!(OwnKey::load(directory.path()).unwrap().0, first);
        let names: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE]);
    }

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
