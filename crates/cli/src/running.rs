//! A running server's addresses, kept in its data directory so that other commands find it, also on a port of its own choice.
//!
//! The file is locked as long as its server lives, and the lock goes with the process, also when that is killed: a file
//! without a lock is a dead server's, whose port another program may have by now. No command sends a token to such an address.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

const FILE: &str = "running.json";
/// Under this name the file is written and locked before any other program can see it.
const UNFINISHED: &str = ".running.json.new";
/// The merchant's key is in it: only its owner reads it, whatever the umask.
const PRIVATE: u32 = 0o600;
/// How often a file that could not be written is tried again.
const TRIES_EVERY: Duration = Duration::from_secs(1);
/// No such file is longer.
const LONGEST_BYTES: u64 = 65_536;

/// Where a server runs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) url: String,
    /// What its links begin with.
    pub(crate) public_url: String,
    /// A `makePaymentUrl` that answers: the sample PSP's, or the stub's.
    pub(crate) make_payment_url: String,
    /// The sample PSP and its shop, if they run.
    pub(crate) shop: Option<RunningShop>,
    /// The seed's PSPs. The first is shown where none is named, and is the sample PSP's.
    pub(crate) psps: Vec<RunningPsp>,
    /// The first user's number.
    pub(crate) mobile_number: String,
    /// That user's PIN.
    pub(crate) pin: String,
}

/// A PSP of the seed, with merchants of its own.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunningPsp {
    /// Its name; its credentials are in the data directory under it.
    pub(crate) name: String,
    /// A merchant, if it can be one that may not skip the landing page; empty if there is none.
    pub(crate) msn: String,
    /// A merchant that may; empty if there is none.
    pub(crate) msn_skip_landing_page: String,
}

/// Where the sample PSP and its shop run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunningShop {
    /// The shop's front.
    pub(crate) shop_url: String,
    pub(crate) back_office_url: String,
    /// The sample PSP's merchant API.
    pub(crate) merchant_api_url: String,
    /// The first merchant's key for it.
    pub(crate) merchant_key: String,
}

/// What is known about a data directory's server.
#[derive(Debug)]
pub(crate) enum Found {
    /// It runs.
    Runs(Box<Running>),
    /// It was killed.
    Dead,
    /// None was started there, or it was stopped.
    Nothing,
}

/// The file of this process, which says that it runs.
#[derive(Debug)]
pub(crate) struct Announcement {
    path: PathBuf,
    unfinished: PathBuf,
    text: String,
    /// Nothing while it could not be written.
    locked: Option<File>,
}

impl Running {
    /// Tells other commands where this server runs, until it is withdrawn or the process ends. On a disk that is full that is not
    /// possible yet: see [`Announcement::surely`].
    pub(crate) fn announce(&self, data_dir: &Path) -> anyhow::Result<Announcement> {
        let text = serde_json::to_string_pretty(self)?;
        let mut announcement =
            Announcement { path: data_dir.join(FILE), unfinished: data_dir.join(UNFINISHED), text, locked: None };
        if let Err(fault) = announcement.write() {
            let path = announcement.path.display();
            tracing::error!(%path, %fault, "other commands can't find this server yet: its file can't be written");
        }
        Ok(announcement)
    }

    /// Where the server of this data directory runs.
    ///
    /// # Errors
    /// When none runs: none was started there, or it has ended, in order or not.
    pub(crate) fn read(data_dir: &Path) -> anyhow::Result<Self> {
        let directory = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
        let directory = directory.display();
        match Self::find(data_dir)? {
            Found::Runs(running) => Ok(*running),
            Found::Nothing => {
                bail!("no server runs on {directory}: start `lommebok dev`, or name its directory with --data-dir")
            }
            Found::Dead => bail!("the server of {directory} has ended without a word: start `lommebok dev` again"),
        }
    }

    /// Whether a server of this data directory runs, and where.
    ///
    /// # Errors
    /// When that can't be found out.
    pub(crate) fn find(data_dir: &Path) -> anyhow::Result<Found> {
        let path = data_dir.join(FILE);
        let file = match File::open(&path) {
            Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            file => file.with_context(|| format!("{} can't be read", path.display()))?,
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {}
            Ok(()) => return Ok(Found::Dead),
            Err(TryLockError::Error(fault)) => {
                return Err(fault).with_context(|| format!("{} can't be looked at", path.display()));
            }
        }
        let mut text = String::new();
        file.take(LONGEST_BYTES)
            .read_to_string(&mut text)
            .with_context(|| format!("{} can't be read", path.display()))?;
        let running = serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
        Ok(Found::Runs(Box::new(running)))
    }
}

impl Announcement {
    fn write(&mut self) -> std::io::Result<()> {
        match fs::remove_file(&self.unfinished) {
            Err(fault) if fault.kind() != ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&self.unfinished)?;
        file.set_permissions(Permissions::from_mode(PRIVATE))?;
        file.write_all(self.text.as_bytes())?;
        file.try_lock()?;
        fs::rename(&self.unfinished, &self.path)?;
        self.locked = Some(file);
        Ok(())
    }

    /// Writes the file as soon as that is possible, if it was not; never ends.
    pub(crate) async fn surely(&mut self) {
        while self.locked.is_none() {
            tokio::time::sleep(TRIES_EVERY).await;
            if self.write().is_ok() {
                tracing::info!("other commands find this server now");
            }
        }
        std::future::pending::<()>().await;
    }

    /// This server is about to stop: from now on other commands find none.
    pub(crate) fn withdraw(self) {
        if self.locked.is_none() {
            return;
        }
        if let Err(fault) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %fault, "the file of a stopped server stays behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn running(url: &str) -> Running {
        let text = |text: &str| text.to_owned();
        Running {
            url: text(url),
            public_url: text(url),
            make_payment_url: text("http://127.0.0.1:2/make-payment"),
            shop: None,
            psps: Vec::new(),
            mobile_number: text("12345678"),
            pin: text("1236"),
        }
    }

    #[test]
    fn a_server_is_found_while_it_runs_and_by_nobody_else() {
        let directory = tempfile::tempdir().unwrap();
        let announcement = running("http://127.0.0.1:1").announce(directory.path()).unwrap();
        assert_eq!(Running::read(directory.path()).unwrap().url, "http://127.0.0.1:1");
        let mode = fs::metadata(directory.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        announcement.withdraw();
        let said = Running::read(directory.path()).unwrap_err().to_string();
        assert!(said.starts_with("no server runs on "), "{said}");
    }

    #[test]
    fn the_file_of_a_dead_server_is_not_believed_and_the_next_server_replaces_it() {
        let directory = tempfile::tempdir().unwrap();
        drop(running("http://127.0.0.1:1").announce(directory.path()).unwrap());
        let said = Running::read(directory.path()).unwrap_err().to_string();
        assert!(said.contains("has ended without a word"), "{said}");
        let _announcement = running("http://127.0.0.1:2").announce(directory.path()).unwrap();
        assert_eq!(Running::read(directory.path()).unwrap().url, "http://127.0.0.1:2");
    }
}
