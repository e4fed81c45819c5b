//! The directories of the worlds (tenants) that were made by command: each holds all that a world is, its keys and credentials, its
//! seed and its database, and goes away with it.
//!
//! A directory gets its name when everything is in it, and loses it before anything is removed, so a process that dies leaves
//! a whole world or none. Nothing here is synced: these worlds are made to be thrown away, and a test waits for each.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use lommebok_domain::{TenantId, Timestamp};
use serde::Deserialize;

use super::{DataDirectory, KeyFault, MasterKeys, SandboxKeys, files};

/// The folder of all of them in the data directory.
const FOLDER: &str = "tenants";
const TERMS: &str = "tenant.toml";
const SEED: &str = "seed.toml";
/// Directories whose name begins so are being made or removed.
const UNFINISHED: char = '.';

/// What a world was made with.
#[derive(Clone, Debug)]
pub struct KeptTenant {
    pub terms: TenantTerms,
    /// The keys of its data.
    pub master: MasterKeys,
    /// Its PSPs' credentials.
    pub sandbox: SandboxKeys,
    /// The text of its seed.
    pub seed: String,
}

/// Which world it is, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantTerms {
    /// Its number: random, and never another world's in this data directory's life.
    #[serde(with = "number")]
    pub number: TenantId,
    /// When it was made (real time).
    #[serde(with = "millis")]
    pub made_at: Timestamp,
    /// How long it is kept from then on, in seconds of real time; without, until it is deleted.
    pub ttl_s: Option<u32>,
}

impl TenantTerms {
    /// When it is deleted by itself (real time).
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.ttl_s.map(|ttl| self.made_at.plus_millis(i64::from(ttl).saturating_mul(1_000)))
    }

    fn to_toml(self) -> String {
        let ttl = self.ttl_s.map(|ttl| format!("ttl_s = {ttl}\n")).unwrap_or_default();
        format!("number = {}\nmade_at = {}\n{ttl}", self.number.get(), self.made_at.as_millis())
    }
}

mod number {
    use super::{Deserialize, TenantId};

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<TenantId, D::Error> {
        i64::deserialize(from).map(TenantId::new)
    }
}

mod millis {
    use super::{Deserialize, Timestamp};

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(from).map(Timestamp::from_millis)
    }
}

/// Where the worlds of one data directory are.
#[derive(Clone, Debug)]
pub struct TenantDirectories {
    folder: PathBuf,
}

impl TenantDirectories {
    /// Those of the data directory at `path`. Nothing is made yet.
    pub fn within(path: &Path) -> Self {
        Self { folder: path.join(FOLDER) }
    }

    /// Where the database of the world `name` is.
    pub fn database(&self, name: &str) -> PathBuf {
        DataDirectory::database_in(&self.folder.join(name))
    }

    /// The names of all that are there. What a process that died was making or removing is removed.
    pub fn names(&self) -> Result<Vec<String>, KeyFault> {
        let entries = match fs::read_dir(&self.folder) {
            Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|source| KeyFault::file(&self.folder, source))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| KeyFault::file(&self.folder, source))?;
            match entry.file_name().to_str() {
                Some(name) if name.starts_with(UNFINISHED) => remove_all(&entry.path())?,
                Some(name) => names.push(name.to_owned()),
                None => {}
            }
        }
        names.sort();
        Ok(names)
    }

    /// Makes the directory of the world `name`, which is a plain name of a directory. One that is there is replaced.
    pub fn make(&self, name: &str, kept: &KeptTenant) -> Result<(), KeyFault> {
        files::make_private_directory(&self.folder)?;
        let unfinished = self.folder.join(format!("{UNFINISHED}{name}.new"));
        remove_all(&unfinished)?;
        let written = write(&unfinished, kept);
        written.map_err(|source| KeyFault::file(&unfinished, source))?;
        self.remove(name)?;
        let path = self.folder.join(name);
        fs::rename(&unfinished, &path).map_err(|source| KeyFault::file(&path, source))
    }

    /// What the world `name` was made with.
    pub fn read(&self, name: &str) -> Result<KeptTenant, KeyFault> {
        let directory = self.folder.join(name);
        let terms_path = directory.join(TERMS);
        let terms = toml::from_str(&files::read(&terms_path)?);
        let master_path = directory.join(MasterKeys::FILE);
        let seed_path = directory.join(SEED);
        Ok(KeptTenant {
            terms: terms.map_err(|fault: toml::de::Error| KeyFault::content(&terms_path, fault.message()))?,
            master: MasterKeys::parse(&master_path, &files::read(&master_path)?)?,
            sandbox: SandboxKeys::read(&directory)?,
            seed: fs::read_to_string(&seed_path).map_err(|source| KeyFault::file(&seed_path, source))?,
        })
    }

    /// Removes the world `name` with all that it was. One that is not there is all right.
    pub fn remove(&self, name: &str) -> Result<(), KeyFault> {
        let (path, unfinished) = (self.folder.join(name), self.folder.join(format!("{UNFINISHED}{name}.old")));
        remove_all(&unfinished)?;
        match fs::rename(&path, &unfinished) {
            Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(()),
            moved => moved.map_err(|source| KeyFault::file(&path, source))?,
        }
        remove_all(&unfinished)
    }
}

fn write(directory: &Path, kept: &KeptTenant) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(directory)?;
    let texts: [(&str, &str); 4] = [
        (TERMS, &kept.terms.to_toml()),
        (MasterKeys::FILE, &kept.master.to_toml()),
        (SandboxKeys::FILE, &kept.sandbox.to_toml()),
        (SEED, &kept.seed),
    ];
    for (name, text) in texts {
        let options = OpenOptions::new().write(true).create_new(true).mode(files::PRIVATE).open(directory.join(name));
        options?.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn remove_all(path: &Path) -> Result<(), KeyFault> {
    debug_assert!(path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with(UNFINISHED)));
    match fs::remove_dir_all(path) {
        Err(fault) if fault.kind() != ErrorKind::NotFound => Err(KeyFault::file(path, fault)),
        _ => Ok(()),
    }
}
