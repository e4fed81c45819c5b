//! The exchanges in the data directory, as they are kept: without secrets, a line of JSON each, so that a restart has them again.
//!
//! Two files, each of half the bytes: when the newer is full, it takes the place of the older. They are evidence for people, no
//! database: written in batches and never synced; what is torn or foreign in them is left out with a warning. Who knows a number has lost
//! nothing when its line is gone.

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lommebok_domain::TenantId;
use serde::{Deserialize, Serialize};

use super::memory::Limits;
use super::record::Exchange;
use crate::clock::ProcessTime;

/// The newer file, and the older.
const NAMES: [&str; 2] = ["exchanges.jsonl", "exchanges-before.jsonl"];
/// Bytes that wait in memory before they are written, unless a pause comes first.
const BATCH_BYTES: usize = 64 * 1024;
/// Only the user whose sandbox it is.
const MODE: u32 = 0o600;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
enum Line<'a> {
    Kept {
        /// The wall clock's, because process time ends with its process.
        wall_ms: u64,
        exchange: Cow<'a, Exchange>,
    },
    /// What stands above of this tenant is not there any more.
    Forgotten(i64),
}

/// An exchange of an earlier process, and its age.
pub(super) struct Earlier {
    pub(super) exchange: Exchange,
    pub(super) age: Duration,
}

/// The two files; closed after a fault, which is logged once.
pub(super) struct Files {
    directory: PathBuf,
    most_bytes_each: u64,
    newer: Option<File>,
    newer_bytes: u64,
    pending: Vec<u8>,
}

impl Files {
    /// What an earlier process has left, oldest first, and where this one goes on. Numbers from `first` on are this process's.
    pub(super) fn open(directory: &Path, limits: Limits, first: u64) -> (Self, Vec<Earlier>) {
        let most_bytes_each = u64::try_from(limits.most_bytes / 2).unwrap_or(u64::MAX);
        let mut files =
            Self { directory: directory.to_owned(), most_bytes_each, newer: None, newer_bytes: 0, pending: Vec::new() };
        let mut earlier = Vec::new();
        let [newer, older] = NAMES.map(|name| directory.join(name));
        for path in [&older, &newer] {
            if let Err(fault) = read(path, most_bytes_each, &mut earlier) {
                tracing::warn!(path = %path.display(), %fault, "exchanges of an earlier start can't be read and are left out");
            }
        }
        earlier.retain(|earlier| earlier.age <= limits.longest && earlier.exchange.id < first);
        if let Err(fault) = files.append() {
            files.failed(&fault);
        }
        (files, earlier)
    }

    /// Removes both files, for a sandbox that keeps none.
    pub(super) fn remove(directory: &Path) {
        for path in NAMES.map(|name| directory.join(name)) {
            match fs::remove_file(&path) {
                Err(fault) if fault.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(path = %path.display(), %fault, "exchanges of an earlier start can't be removed");
                }
                Ok(()) | Err(_) => {}
            }
        }
    }

    pub(super) fn keep(&mut self, exchange: &Exchange) {
        self.add(&Line::Kept { wall_ms: wall_ms(), exchange: Cow::Borrowed(exchange) });
    }

    pub(super) fn forget(&mut self, tenant: TenantId) {
        self.add(&Line::Forgotten(tenant.get()));
    }

    fn add(&mut self, line: &Line<'_>) {
        if self.newer.is_none() {
            return;
        }
        // Writing into memory does not fail, and numbers and texts always have a JSON form.
        if serde_json::to_writer(&mut self.pending, line).is_ok() {
            self.pending.push(b'\n');
        }
        if self.pending.len() >= BATCH_BYTES {
            self.write();
        }
    }

    /// Whether something waits to be written.
    pub(super) fn is_behind(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Writes what waits.
    pub(super) fn write(&mut self) {
        if let Err(fault) = self.try_write() {
            self.failed(&fault);
        }
        self.pending.clear();
    }

    fn try_write(&mut self) -> io::Result<()> {
        let bytes = u64::try_from(self.pending.len()).unwrap_or(u64::MAX);
        if self.newer_bytes > 0 && self.newer_bytes.saturating_add(bytes) > self.most_bytes_each {
            let [newer, older] = NAMES.map(|name| self.directory.join(name));
            fs::rename(newer, older)?;
            self.append()?;
        }
        if let Some(newer) = &mut self.newer {
            newer.write_all(&self.pending)?;
            self.newer_bytes = self.newer_bytes.saturating_add(bytes);
        }
        Ok(())
    }

    /// Opens the newer file at its end, on a line of its own.
    fn append(&mut self) -> io::Result<()> {
        let [path, _] = NAMES.map(|name| self.directory.join(name));
        let mut newer = OpenOptions::new().read(true).append(true).create(true).mode(MODE).open(path)?;
        let found = newer.metadata()?;
        if !found.is_file() {
            return Err(io::Error::other("it is no ordinary file"));
        }
        newer.set_permissions(Permissions::from_mode(MODE))?;
        self.newer_bytes = found.len();
        if found.len() > 0 {
            newer.write_all(b"\n")?;
        }
        self.newer = Some(newer);
        Ok(())
    }

    fn failed(&mut self, fault: &io::Error) {
        tracing::warn!(directory = %self.directory.display(), %fault, "exchanges are not written any more: a restart forgets them");
        self.newer = None;
    }
}

/// Reads the lines of one file; each that is none is left out.
fn read(path: &Path, most_bytes: u64, earlier: &mut Vec<Earlier>) -> io::Result<()> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(fault) => return Err(fault),
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no ordinary file"));
    }
    let now_ms = wall_ms();
    let mut left_out = 0_u64;
    // One batch may have gone beyond.
    let most_bytes = most_bytes.saturating_add(u64::try_from(BATCH_BYTES).unwrap_or(u64::MAX).saturating_mul(2));
    for line in BufReader::new(file.take(most_bytes)).split(b'\n') {
        let line = line?;
        match serde_json::from_slice(&line) {
            Ok(Line::Kept { wall_ms, exchange }) => {
                let age = Duration::from_millis(now_ms.saturating_sub(wall_ms));
                earlier.push(Earlier { exchange: exchange.into_owned(), age });
            }
            Ok(Line::Forgotten(tenant)) => {
                earlier.retain(|earlier| earlier.exchange.about.tenant.get() != tenant);
            }
            Err(_) if line.is_empty() => {}
            Err(_) => left_out = left_out.saturating_add(1),
        }
    }
    if left_out > 0 {
        tracing::warn!(path = %path.display(), left_out, "lines that are no exchanges are left out");
    }
    Ok(())
}

fn wall_ms() -> u64 {
    u64::try_from(ProcessTime.wall().as_millis()).unwrap_or_default()
}
