//! Small private files: written whole or not at all (temporary file, sync, rename, sync of the directory), mode 0600 whatever
//! the umask. A key that others can read is refused by who was given it, and made private by who owns the directory.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use super::KeyFault;

/// No key file is longer.
const LONGEST_FILE_BYTES: u64 = 65_536;
/// Only its owner reads and writes a private file.
pub(super) const PRIVATE: u32 = 0o600;
/// What a private file does not grant: anything to its group and to all others.
const TO_OTHERS: u32 = 0o077;
/// What a file of root's may grant its group, as mounted secrets do: reading.
const TO_ROOTS_GROUP: u32 = 0o040;
const ROOT: u32 = 0;

/// Makes the directory, and those above it, with mode 0700; one that exists is left as it is.
pub(super) fn make_private_directory(path: &Path) -> Result<(), KeyFault> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| KeyFault::file(path, source))
}

/// The content of a file of our own directory, or `None` when there is no such file. One that others can read is made
/// private, and the log says so.
pub(super) fn read_own_if_present(path: &Path) -> Result<Option<Zeroizing<String>>, KeyFault> {
    let file = match open(path) {
        Err(KeyFault::File { source, .. }) if source.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mode = mode(&file).map_err(|source| KeyFault::file(path, source))?;
    if mode & TO_OTHERS != 0 {
        file.set_permissions(Permissions::from_mode(PRIVATE)).map_err(|source| KeyFault::file(path, source))?;
        let (path, mode) = (path.display(), format!("{mode:04o}"));
        tracing::warn!(%path, mode, "others could read this key file; it is its owner's alone now (0600)");
    }
    content(file, path).map(Some)
}

/// The content of a file that we were given.
///
/// # Errors
/// [`KeyFault::Exposed`] when others can read it. Its group may if the file is root's and we are not.
pub(super) fn read_given(path: &Path) -> Result<Zeroizing<String>, KeyFault> {
    let file = open(path)?;
    let metadata = file.metadata().map_err(|source| KeyFault::file(path, source))?;
    let mode = metadata.mode() & 0o7777;
    let is_mounted = metadata.uid() == ROOT && !nix::unistd::geteuid().is_root();
    let granted = if is_mounted { mode & TO_OTHERS & !TO_ROOTS_GROUP } else { mode & TO_OTHERS };
    if granted != 0 {
        return Err(KeyFault::Exposed { path: path.to_owned(), mode });
    }
    content(file, path)
}

/// The content of a file, also one that others can read: for commands that only look.
pub(super) fn read(path: &Path) -> Result<Zeroizing<String>, KeyFault> {
    content(open(path)?, path)
}

fn open(path: &Path) -> Result<File, KeyFault> {
    File::open(path).map_err(|source| KeyFault::file(path, source))
}

fn mode(file: &File) -> io::Result<u32> {
    Ok(file.metadata()?.mode() & 0o7777)
}

fn content(file: File, path: &Path) -> Result<Zeroizing<String>, KeyFault> {
    let mut text = Zeroizing::new(String::new());
    file.take(LONGEST_FILE_BYTES.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(|source| KeyFault::file(path, source))?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > LONGEST_FILE_BYTES {
        return Err(KeyFault::content(path, format_args!("longer than {LONGEST_FILE_BYTES} bytes")));
    }
    Ok(text)
}

/// Writes the file whole or not at all. The data directory's lock keeps others from writing it meanwhile.
pub(super) fn write_atomically(directory: &Path, name: &str, content: &str) -> Result<(), KeyFault> {
    let path = directory.join(name);
    let temporary = directory.join(format!(".{name}.new"));
    replace(directory, &path, &temporary, content).map_err(|source| KeyFault::file(&path, source))
}

fn replace(directory: &Path, path: &Path, temporary: &Path, content: &str) -> io::Result<()> {
    match fs::remove_file(temporary) {
        Err(fault) if fault.kind() != ErrorKind::NotFound => return Err(fault),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(temporary)?;
    // The umask may have taken from the mode what its owner needs.
    file.set_permissions(Permissions::from_mode(PRIVATE))?;
    file.write_all(content.as_bytes())?;
    file.sync_all()?;
    fs::rename(temporary, path)?;
    File::open(directory)?.sync_all()
}
