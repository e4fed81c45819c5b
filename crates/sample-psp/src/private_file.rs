//! Files that are their owner's alone (0600), whatever the umask: they hold orders, tokens and keys.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Only the owner reads and writes.
pub(crate) const PRIVATE: u32 = 0o600;
/// Everything that a group and all others could be granted.
const TO_OTHERS: u32 = 0o077;

/// Makes an empty private file where SQLite shall have a database; one that is there is kept, and made private with what
/// a crash left next to it. SQLite gives its further files the database's permissions.
pub(crate) fn database(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(path) {
        Ok(file) => return file.set_permissions(Permissions::from_mode(PRIVATE)),
        Err(fault) if fault.kind() != ErrorKind::AlreadyExists => return Err(fault),
        Err(_) => {}
    }
    let beside = |letters: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(letters);
        PathBuf::from(name)
    };
    [path.to_owned(), beside("-wal"), beside("-shm")].iter().try_for_each(|path| mend(path))
}

/// Makes a file private that others can read, and says so. One that is not there is all right.
pub(crate) fn mend(path: &Path) -> io::Result<()> {
    let mode = match fs::metadata(path) {
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(()),
        metadata => metadata?.permissions().mode() & 0o7777,
    };
    if mode & TO_OTHERS == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(PRIVATE))?;
    let (path, mode) = (path.display(), format!("{mode:04o}"));
    tracing::warn!(%path, mode, "others could read this file of the sample PSP; it is its owner's alone now (0600)");
    Ok(())
}
