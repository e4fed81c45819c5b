//! What only a sandbox has: credentials of the seeded PSPs, in the shapes of the vendor's, and the key of the test cryptogram.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{KeyFault, SecretBytes, SecretText, files};
use crate::chance::Chance;

const FILE: &str = "sandbox.toml";

/// The sandbox's own secrets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxKeys {
    /// The key of the test cryptogram (docs/domain.md §9); the sample acquirer verifies with it.
    pub cryptogram_test_key: SecretBytes<32>,
    /// Credentials by the PSP's name in the seed.
    #[serde(default)]
    pub psps: BTreeMap<String, PspCredentials>,
}

/// What a PSP is given.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PspCredentials {
    /// `client_id`: a GUID.
    pub client_id: String,
    /// `client_secret`: 16 bytes in base64, ending in `==`.
    pub client_secret: SecretText,
    /// `Ocp-Apim-Subscription-Key`: 32 hex digits.
    pub subscription_key: SecretText,
    /// A second subscription key that works as well, so that the first can be exchanged without an outage.
    pub secondary_subscription_key: SecretText,
    /// `PSP-ID`: 32 upper-case hex digits.
    pub psp_id: String,
}

impl PspCredentials {
    /// New credentials.
    pub fn random(chance: &Chance) -> Self {
        Self {
            client_id: chance.uuid().to_string(),
            client_secret: SecretText::new(STANDARD.encode(chance.bytes::<16>())),
            subscription_key: random_hex(chance),
            secondary_subscription_key: random_hex(chance),
            psp_id: format!("{:X}", Uuid::from_bytes(chance.bytes()).simple()),
        }
    }
}

impl SandboxKeys {
    /// New keys for these PSPs, not written anywhere; for tests.
    pub fn random(psps: &[&str], chance: &Chance) -> Self {
        let psps = psps.iter().map(|name| ((*name).to_owned(), PspCredentials::random(chance)));
        Self { cryptogram_test_key: SecretBytes::random(chance), psps: psps.collect() }
    }

    /// What the server that holds (or held) this data directory keeps there. Takes no lock.
    ///
    /// # Errors
    /// [`KeyFault::File`] when there is none yet (no server ever ran there), [`KeyFault::Content`] when it is damaged.
    pub fn read(directory: &Path) -> Result<Self, KeyFault> {
        let path = directory.join(FILE);
        Self::parse(&path, &files::read(&path)?)
    }

    pub(super) fn read_or_make(directory: &Path, psps: &[&str], chance: &Chance) -> Result<Self, KeyFault> {
        let path = directory.join(FILE);
        let Some(text) = files::read_if_present(&path)? else {
            let made = Self::random(psps, chance);
            files::write_atomically(directory, FILE, &made.to_toml())?;
            return Ok(made);
        };
        let mut keys = Self::parse(&path, &text)?;
        let known = keys.psps.len();
        for name in psps {
            keys.psps.entry((*name).to_owned()).or_insert_with(|| PspCredentials::random(chance));
        }
        if keys.psps.len() > known {
            files::write_atomically(directory, FILE, &keys.to_toml())?;
        }
        Ok(keys)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, KeyFault> {
        toml::from_str(text).map_err(|fault: toml::de::Error| KeyFault::content(path, fault.message()))
    }

    fn to_toml(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(format!(
            "# The sandbox's credentials. Delete this file, and the next start makes new ones.\n\
             cryptogram_test_key = \"{}\"\n",
            *self.cryptogram_test_key.to_base64()
        ));
        for (name, psp) in &self.psps {
            write!(
                text,
                "\n[psps.{name:?}]\n\
                 client_id = \"{}\"\n\
                 client_secret = \"{}\"\n\
                 subscription_key = \"{}\"\n\
                 secondary_subscription_key = \"{}\"\n\
                 psp_id = \"{}\"\n",
                psp.client_id,
                psp.client_secret.expose(),
                psp.subscription_key.expose(),
                psp.secondary_subscription_key.expose(),
                psp.psp_id,
            )
            .expect("writing to a String cannot fail");
        }
        text
    }
}

fn random_hex(chance: &Chance) -> SecretText {
    SecretText::new(Uuid::from_bytes(chance.bytes()).simple().to_string())
}
