//! Files that are their owner's alone: payments and telephone numbers stand in them.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// Only the owner reads and writes.
const PRIVATE: u32 = 0o600;
/// Everything that a group and all others could be granted.
const TO_OTHERS: u32 = 0o077;

/// Opens a file and what is in it as it is. A new one is private whatever the umask.
pub(super) fn open(path: &Path) -> io::Result<File> {
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
pub(super) fn mend(path: &Path) -> io::Result<()> {
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
