//! Keys and secrets of the process itself, and what is done with them: sealing, keyed look-ups, landing handles.
//!
//! In the sandbox they live in the data directory (0600, outside the database) and are made once; `serve` reads them from
//! files that its configuration names. Not here: the secrets of users and PSPs in the database, which are sealed or hashed.
//! A newcomer's mistake: to print or log one. The types do not let you by accident; `expose` is the word to look for in a review.

mod directory;
pub mod envelope;
mod files;
pub mod handle;
pub mod lookup;
mod master;
mod sandbox;
mod secret;
mod signing;
mod tenant;
mod watermark;

use std::path::{Path, PathBuf};
use std::{fmt, io};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;

pub use directory::{CONTROL_TOKEN_FORM, DataDirectory};
pub use lommebok_values::Secret;
pub use master::{KeyEncryptionKey, MasterKeys};
pub use sandbox::{FixedCredentials, PspCredentials, SandboxKeys};
pub use secret::SecretBytes;
pub use signing::{SigningKey, SigningKeyFault, SigningKeyPair};
pub use tenant::{KeptTenant, TenantDirectories, TenantTerms};
pub use watermark::KeptWatermark;

/// The keys of the data as they are used.
#[derive(Debug)]
pub struct Keys {
    /// Seals secrets at rest.
    pub envelope: envelope::Envelope,
    /// Keyed hashes.
    pub lookup: lookup::LookupKey,
    /// Landing tokens.
    pub handle: handle::HandleKey,
}

impl Keys {
    /// A keyed hash of `value` as text, for the token of a form.
    pub fn page_token(&self, value: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.lookup.hash(lookup::Purpose::Session, value.as_bytes()).as_bytes())
    }
}

/// Why keys could not be read or made. Names the file; never shows what is in it.
#[derive(Debug, Error)]
pub enum KeyFault {
    /// The operating system refused.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another process holds the data directory.
    #[error("{path}: in use by another process; stop it, or choose another directory with --data-dir", path = path.display())]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// Others can read the file.
    #[error("{path}: others can read it (mode {mode:04o}); a key is its owner's alone: chmod 600 {path}", path = path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        mode: u32,
    },
    /// The master keys are gone and their database is not.
    #[error(
        "{path} is missing, and {database} can't be read without the keys that were in it: put it back, or remove the \
         database to begin anew",
        path = path.display(),
        database = database.display()
    )]
    Lost {
        /// Where the keys should be.
        path: PathBuf,
        /// What was written with them.
        database: PathBuf,
    },
    /// The database is gone and its master keys are not.
    #[error(
        "{database} is missing or empty, and {keys} are the keys of a database that was written: put the database back, or a \
         backup of it. To begin anew without its payments, remove {keys}",
        keys = keys.display(),
        database = database.display()
    )]
    DatabaseLost {
        keys: PathBuf,
        /// Where it should be.
        database: PathBuf,
    },
    /// The file is there but not what it should be.
    #[error("{path}: {fault}", path = path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong, without its content.
        fault: String,
    },
}

impl KeyFault {
    fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    fn content(path: &Path, fault: impl fmt::Display) -> Self {
        Self::Content { path: path.to_owned(), fault: fault.to_string() }
    }
}

#[cfg(test)]
mod tests;
