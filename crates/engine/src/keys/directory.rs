//! The data directory of the sandbox: who opens it has it alone, and finds or makes in it what must survive a restart.
//!
//! Reading what a running server keeps there (for `lommebok env` and the command line) needs no lock: see
//! [`SandboxKeys::read`] and [`DataDirectory::read_control_token`].

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{FixedCredentials, KeptWatermark, KeyFault, MasterKeys, SandboxKeys, Secret, files};
use crate::randomness::Randomness;

const LOCK: &str = "lock";
const DATABASE: &str = "lommebok.db";
const CONTROL_TOKEN: &str = "control-token";
/// What a bearer token of the Control API must be.
pub const CONTROL_TOKEN_FORM: &str = "one line of at least 32 visible characters";
const SIGNING_KEY: &str = "signing-key.pem";
const WATERMARK: &str = "watermark.toml";
/// Is there from before the keys until the database is written, so that a first start may be broken off and done again.
const FIRST_START: &str = "first-start";
const WHY_FIRST_START: &str = "The first start on this data directory is not over. The next one removes this file.\n";

/// The data directory, held by this process until it is dropped.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    _lock: File,
}

impl DataDirectory {
    /// Where it is by default: in the current directory, so that each project has its own.
    pub const DEFAULT_PATH: &str = ".lommebok";

    /// Makes the directory if need be (0700) and takes it.
    ///
    /// # Errors
    /// [`KeyFault::InUse`] when another process has it, [`KeyFault::File`] when it cannot be made or opened.
    pub fn open(path: &Path) -> Result<Self, KeyFault> {
        files::make_private_directory(path)?;
        let lock_path = path.join(LOCK);
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(files::PRIVATE)
            .open(&lock_path)
            .map_err(|source| KeyFault::file(&lock_path, source))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(KeyFault::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(KeyFault::file(&lock_path, source)),
        }
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the database of this directory is, or would be.
    pub fn database_in(path: &Path) -> PathBuf {
        path.join(DATABASE)
    }

    /// The master keys of this database; made on the first start, which is over with [`DataDirectory::first_start_is_over`].
    ///
    /// # Errors
    /// [`KeyFault::Lost`] when there is a database already, which none but its own keys can read, and
    /// [`KeyFault::DatabaseLost`] when there are keys and no database; nothing is made then.
    pub fn master_keys_of(&self, database: &Path, randomness: &Randomness) -> Result<MasterKeys, KeyFault> {
        let path = self.path.join(MasterKeys::FILE);
        let is_written = std::fs::metadata(database).is_ok_and(|file| file.len() > 0);
        let has_keys = files::read_own_if_present(&path)?.is_some();
        let is_first_start = files::read_own_if_present(&self.path.join(FIRST_START))?.is_some();
        match (has_keys, is_written) {
            (false, true) => return Err(KeyFault::Lost { path, database: database.to_owned() }),
            (true, false) if !is_first_start => {
                return Err(KeyFault::DatabaseLost { keys: path, database: database.to_owned() });
            }
            (false, false) => files::write_atomically(&self.path, FIRST_START, WHY_FIRST_START)?,
            (true, _) => {}
        }
        if !is_written {
            // Of another database, which this one does not replace: it begins anew.
            remove(&self.path.join(WATERMARK))?;
        }
        self.master_keys(randomness)
    }

    /// The database is written: from now on it is missed when it is gone.
    pub fn first_start_is_over(&self) -> Result<(), KeyFault> {
        remove(&self.path.join(FIRST_START))
    }

    /// How far the database of this directory had come, when a server has written it down.
    ///
    /// # Errors
    /// [`KeyFault::Content`] when the file is not as it was written.
    pub fn watermark(&self) -> Result<Option<KeptWatermark>, KeyFault> {
        let path = self.path.join(WATERMARK);
        let text = files::read_own_if_present(&path)?;
        text.map(|text| KeptWatermark::parse(&path, &text)).transpose()
    }

    /// Writes down how far the database has come, which must be durable by now.
    pub fn keep_watermark(&self, kept: KeptWatermark) -> Result<(), KeyFault> {
        files::write_atomically(&self.path, WATERMARK, &kept.to_toml())
    }

    /// The master keys; made on the first call.
    pub fn master_keys(&self, randomness: &Randomness) -> Result<MasterKeys, KeyFault> {
        let path = self.path.join(MasterKeys::FILE);
        if let Some(text) = files::read_own_if_present(&path)? {
            return MasterKeys::parse(&path, &text);
        }
        let made = MasterKeys::random(randomness);
        files::write_atomically(&self.path, MasterKeys::FILE, &made.to_toml())?;
        Ok(made)
    }

    /// The test key and the credentials of these PSPs, by their names in the seed: what the seed fixes, else what is kept;
    /// what is missing is made.
    pub fn sandbox_keys(
        &self,
        psps: &[(&str, &FixedCredentials)],
        randomness: &Randomness,
    ) -> Result<SandboxKeys, KeyFault> {
        SandboxKeys::read_or_make(&self.path, psps, randomness)
    }

    /// The bearer token of the Control API: a fixed one, which is kept from now on, else the one that is kept; made on the first call.
    pub fn control_token(&self, fixed: Option<&Secret>, randomness: &Randomness) -> Result<Secret, KeyFault> {
        let path = self.path.join(CONTROL_TOKEN);
        if let Some(fixed) = fixed {
            if files::read_own_if_present(&path)?.is_none_or(|kept| kept.trim() != fixed.expose()) {
                files::write_atomically(&self.path, CONTROL_TOKEN, fixed.expose())?;
            }
            return Ok(fixed.clone());
        }
        if let Some(text) = files::read_own_if_present(&path)? {
            return parse_control_token(&path, &text);
        }
        let made = URL_SAFE_NO_PAD.encode(randomness.bytes::<32>());
        files::write_atomically(&self.path, CONTROL_TOKEN, &made)?;
        Ok(Secret::new(made))
    }

    /// The bearer token of the server that holds (or held) this directory, for the command line. Takes no lock.
    pub fn read_control_token(path: &Path) -> Result<Secret, KeyFault> {
        let path = path.join(CONTROL_TOKEN);
        parse_control_token(&path, &files::read(&path)?)
    }

    /// A bearer token from a file that the configuration names: one line of at least 32 visible characters.
    ///
    /// # Errors
    /// [`KeyFault::Exposed`] when others can read it.
    pub fn read_token_file(path: &Path) -> Result<Secret, KeyFault> {
        parse_control_token(path, &files::read_given(path)?)
    }

    /// A text as a bearer token of the Control API, if it has its form.
    pub fn control_token_of(text: &str) -> Option<Secret> {
        let token = text.trim();
        let good = token.len() >= 32 && token.bytes().all(|byte| byte.is_ascii_graphic());
        good.then(|| Secret::new(token.to_owned()))
    }

    pub(super) fn signing_key_path(&self) -> PathBuf {
        self.path.join(SIGNING_KEY)
    }

    pub(super) fn write_signing_key(directory: &Path, pem: &str) -> Result<(), KeyFault> {
        files::write_atomically(directory, SIGNING_KEY, pem)
    }
}

fn remove(path: &Path) -> Result<(), KeyFault> {
    match std::fs::remove_file(path) {
        Err(fault) if fault.kind() != ErrorKind::NotFound => Err(KeyFault::file(path, fault)),
        _ => Ok(()),
    }
}

fn parse_control_token(path: &Path, text: &str) -> Result<Secret, KeyFault> {
    let token = DataDirectory::control_token_of(text);
    token.ok_or_else(|| KeyFault::content(path, format_args!("must be {CONTROL_TOKEN_FORM}")))
}
