//! What only a sandbox has: credentials of the seeded PSPs, in the shapes of the vendor's, and the key of the test cryptogram.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{KeyFault, Secret, SecretBytes, files};
use crate::randomness::Randomness;

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
    pub client_secret: Secret,
    /// `Ocp-Apim-Subscription-Key`: 32 hex digits.
    pub subscription_key: Secret,
    /// A second subscription key that works as well, so that the first can be exchanged without an outage.
    pub secondary_subscription_key: Secret,
    /// `PSP-ID`: 32 upper-case hex digits.
    pub psp_id: String,
}

/// What a seed fixes of a PSP's credentials; what it leaves out is made once and kept. In the shapes of [`PspCredentials`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FixedCredentials {
    pub client_id: Option<String>,
    pub client_secret: Option<Secret>,
    /// `Ocp-Apim-Subscription-Key`.
    pub subscription_key: Option<Secret>,
    /// The second one.
    pub secondary_subscription_key: Option<Secret>,
    pub psp_id: Option<String>,
}

impl FixedCredentials {
    /// These, and for the rest those that are there.
    fn over(&self, kept: PspCredentials) -> PspCredentials {
        let fixed = self.clone();
        PspCredentials {
            client_id: fixed.client_id.unwrap_or(kept.client_id),
            client_secret: fixed.client_secret.unwrap_or(kept.client_secret),
            subscription_key: fixed.subscription_key.unwrap_or(kept.subscription_key),
            secondary_subscription_key: fixed.secondary_subscription_key.unwrap_or(kept.secondary_subscription_key),
            psp_id: fixed.psp_id.unwrap_or(kept.psp_id),
        }
    }
}

impl PspCredentials {
    /// New credentials.
    pub fn random(randomness: &Randomness) -> Self {
        Self {
            client_id: randomness.uuid().to_string(),
            client_secret: Secret::new(STANDARD.encode(randomness.bytes::<16>())),
            subscription_key: random_hex(randomness),
            secondary_subscription_key: random_hex(randomness),
            psp_id: format!("{:X}", Uuid::from_bytes(randomness.bytes()).simple()),
        }
    }
}

impl SandboxKeys {
    /// Its name in a directory of ours.
    pub(super) const FILE: &str = "sandbox.toml";

    /// New keys for these PSPs, not written anywhere; for tests.
    pub fn random(psps: &[&str], randomness: &Randomness) -> Self {
        let psps = psps.iter().map(|name| ((*name).to_owned(), PspCredentials::random(randomness)));
        Self { cryptogram_test_key: SecretBytes::random(randomness), psps: psps.collect() }
    }

    /// New keys for these PSPs, with what the seed fixes; not written anywhere.
    ///
    /// # Errors
    /// Says which two would be the same.
    pub fn granted(psps: &[(&str, &FixedCredentials)], randomness: &Randomness) -> Result<Self, String> {
        let mut keys = Self::random(&[], randomness);
        keys.grant(psps, randomness);
        keys.tell_apart(psps)?;
        Ok(keys)
    }

    /// Gives what is fixed in the place of what these PSPs have, and new credentials to whom has none.
    fn grant(&mut self, psps: &[(&str, &FixedCredentials)], randomness: &Randomness) {
        for (name, fixed) in psps {
            let known = self.psps.remove(*name).unwrap_or_else(|| PspCredentials::random(randomness));
            self.psps.insert((*name).to_owned(), fixed.over(known));
        }
    }

    /// What the server that holds (or held) this data directory keeps there. Takes no lock.
    ///
    /// # Errors
    /// [`KeyFault::File`] when there is none yet (no server ever ran there), [`KeyFault::Content`] when it is damaged.
    pub fn read(directory: &Path) -> Result<Self, KeyFault> {
        let path = directory.join(Self::FILE);
        Self::parse(&path, &files::read(&path)?)
    }

    /// What the data directory holds, with what the seed fixes in its place and new credentials for whom it knows none.
    pub(super) fn read_or_make(
        directory: &Path,
        psps: &[(&str, &FixedCredentials)],
        randomness: &Randomness,
    ) -> Result<Self, KeyFault> {
        let path = directory.join(Self::FILE);
        let kept = match files::read_own_if_present(&path)? {
            Some(text) => Some(Self::parse(&path, &text)?),
            None => None,
        };
        let mut keys = kept.clone().unwrap_or_else(|| Self::random(&[], randomness));
        keys.grant(psps, randomness);
        keys.tell_apart(psps).map_err(|fault| KeyFault::content(&path, fault))?;
        if kept.as_ref() != Some(&keys) {
            for (name, _) in
                psps.iter().filter(|(name, _)| kept.as_ref().is_some_and(|kept| kept.is_replaced_by(&keys, name)))
            {
                tracing::info!(
                    psp = name,
                    "the seed fixes other credentials than the data directory held; the seed's count"
                );
            }
            files::write_atomically(directory, Self::FILE, &keys.to_toml())?;
        }
        Ok(keys)
    }

    fn is_replaced_by(&self, later: &Self, name: &str) -> bool {
        self.psps.get(name).is_some_and(|kept| later.psps.get(name) != Some(kept))
    }

    /// No two of these PSPs may show the same thing, or one could call in the other's name.
    fn tell_apart(&self, psps: &[(&str, &FixedCredentials)]) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for (name, _) in psps {
            let Some(psp) = self.psps.get(*name) else { continue };
            let shown = [
                ("client_id", psp.client_id.as_str()),
                ("subscription_key", psp.subscription_key.expose()),
                ("subscription_key", psp.secondary_subscription_key.expose()),
                ("psp_id", psp.psp_id.as_str()),
            ];
            for (what, value) in shown {
                if !seen.insert((what, value)) {
                    return Err(format!("{what}: PSP {name} would have one that is taken; the seed must fix another"));
                }
            }
        }
        Ok(())
    }

    fn parse(path: &Path, text: &str) -> Result<Self, KeyFault> {
        toml::from_str(text).map_err(|fault: toml::de::Error| KeyFault::content(path, fault.message()))
    }

    pub(super) fn to_toml(&self) -> Zeroizing<String> {
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

fn random_hex(randomness: &Randomness) -> Secret {
    Secret::new(Uuid::from_bytes(randomness.bytes()).simple().to_string())
}
