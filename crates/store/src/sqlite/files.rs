//! The database's files: where they are, that only their owner reads them, that only this process has them open, and whether
//! those that are open are still those at their path. What is written into a file that was moved away or removed is acknowledged,
//! and the next start does not find it.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::fault::StoreError;

/// Only the owner reads and writes.
const PRIVATE: u32 = 0o600;
/// Everything that a group and all others could be granted.
const TO_OTHERS: u32 = 0o077;

/// The file that `url` names.
pub(super) fn path(url: &str) -> Result<PathBuf, StoreError> {
    match url.strip_prefix("sqlite:") {
        Some(path) if !path.is_empty() && !path.starts_with(':') => Ok(PathBuf::from(path)),
        Some(_) | None => Err(StoreError::Url { url: url.to_owned() }),
    }
}

/// Takes the database for this process. The lock goes with the process, also when that is killed.
pub(super) fn lock(path: &Path) -> Result<File, StoreError> {
    let name = || path.display().to_string();
    let lock = with_suffix(path, "-lock");
    let file = open_private(&lock).map_err(|cause| StoreError::File { path: name(), cause })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: name() }),
        Err(TryLockError::Error(cause)) => Err(StoreError::File { path: name(), cause }),
    }
}

/// The file that SQLite or we keep next to the database, by its name and this suffix.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Opens a file and what is in it as it is. A new one is private whatever the umask.
pub(super) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).mode(PRIVATE);
    match options.clone().create_new(true).open(path) {
        // A link that leads nowhere yet is followed.
        Err(fault) if fault.kind() == ErrorKind::AlreadyExists => options.create(true).truncate(false).open(path),
        made => {
            let file = made?;
            file.set_permissions(Permissions::from_mode(PRIVATE))?;
            Ok(file)
        }
    }
}

/// Makes a file private that others can read, and says so. One that is not there is all right.
pub(super) fn make_private(path: &Path) -> io::Result<()> {
    let mode = match fs::metadata(path) {
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(()),
        metadata => metadata?.permissions().mode() & 0o7777,
    };
    if mode & TO_OTHERS == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(PRIVATE))?;
    let (path, mode) = (path.display(), format!("{mode:04o}"));
    tracing::warn!(%path, mode, "others could read this file of the database; it is its owner's alone now (0600)");
    Ok(())
}

/// What a file is by, under any name: device and inode.
type Identity = (u64, u64);

/// The database and its log, as they were opened.
#[derive(Clone, Debug)]
pub(super) struct FileWatch {
    files: [(PathBuf, Identity); 2],
}

impl FileWatch {
    /// Watches the files of a database that is open. Its log is there from the first look into it on.
    pub(super) fn of(path: &Path) -> Result<Self, StoreError> {
        let known = |path: PathBuf| match fs::metadata(&path) {
            Ok(file) => Ok((path, (file.dev(), file.ino()))),
            Err(cause) => Err(StoreError::File { path: path.display().to_string(), cause }),
        };
        Ok(Self { files: [known(path.to_owned())?, known(with_suffix(path, "-wal"))?] })
    }

    /// What has become of the files; nothing when they are where they were. Costs two looks at the file system.
    pub(super) fn fault(&self) -> Option<String> {
        self.files.iter().find_map(|(path, identity)| {
            let found = fs::metadata(path);
            let path = path.display();
            match found {
                Ok(file) if (file.dev(), file.ino()) == *identity => None,
                Ok(_) => Some(format!("{path} is another file than the one that was opened")),
                Err(fault) if fault.kind() == ErrorKind::NotFound => {
                    Some(format!("{path} is gone: put it back, or stop the server and restore a backup"))
                }
                Err(fault) => Some(format!("{path} can't be looked at: {fault}")),
            }
        })
    }
}
