//! The master keys: what seals, what hashes, what signs landing handles and sessions. One file holds them all, in the sandbox
//! as in `serve`, so that there is one thing to mount and one to back up.

use std::path::Path;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::{KeyFault, SecretBytes, files};
use crate::randomness::Randomness;

/// The keys that everything else at rest hangs on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MasterKeys {
    /// Seals secrets at rest ([`super::envelope`]).
    pub key_encryption: KeyEncryptionKey,
    /// Hashes subscription keys, phone numbers, client secrets and requests ([`super::lookup`]).
    pub lookup_pepper: SecretBytes<32>,
    /// Signs landing handles ([`super::handle`]).
    pub handle_key: SecretBytes<32>,
    /// Hashes phone sessions ([`super::lookup`]).
    pub session_pepper: SecretBytes<32>,
}

/// The key that seals, and the number by which a sealed value names it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEncryptionKey {
    /// The key's number, in every sealed value.
    pub id: u32,
    /// AES-256.
    pub key: SecretBytes<32>,
}

impl MasterKeys {
    /// Its name in a directory of ours.
    pub(super) const FILE: &str = "master-keys.toml";

    /// Reads them from a file that the configuration names.
    ///
    /// # Errors
    /// [`KeyFault::File`] when it cannot be read, [`KeyFault::Exposed`] when others can read it too, [`KeyFault::Content`]
    /// when something in it is missing, unknown or no key.
    pub fn read(path: &Path) -> Result<Self, KeyFault> {
        Self::parse(path, &files::read_given(path)?)
    }

    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, KeyFault> {
        // Only the message: the fault's own display quotes the line, and the line holds the key.
        toml::from_str(text).map_err(|fault: toml::de::Error| KeyFault::content(path, fault.message()))
    }

    /// New keys, for a sandbox's first start and for tests.
    pub fn random(randomness: &Randomness) -> Self {
        Self {
            key_encryption: KeyEncryptionKey { id: 1, key: SecretBytes::random(randomness) },
            lookup_pepper: SecretBytes::random(randomness),
            handle_key: SecretBytes::random(randomness),
            session_pepper: SecretBytes::random(randomness),
        }
    }

    /// The content of the file.
    pub(super) fn to_toml(&self) -> Zeroizing<String> {
        Zeroizing::new(format!(
            "# The master keys. Whoever has them and the database reads every secret in it; without them it is worthless.\n\
             # Each key is 32 random bytes in base64.\n\
             lookup_pepper = \"{}\"\n\
             handle_key = \"{}\"\n\
             session_pepper = \"{}\"\n\
             \n\
             [key_encryption]\n\
             id = {}\n\
             key = \"{}\"\n",
            *self.lookup_pepper.to_base64(),
            *self.handle_key.to_base64(),
            *self.session_pepper.to_base64(),
            self.key_encryption.id,
            *self.key_encryption.key.to_base64(),
        ))
    }
}
