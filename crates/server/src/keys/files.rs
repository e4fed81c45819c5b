//! Small private files: written whole or not at all (temporary file, sync, rename, sync of the directory), mode 0600.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use super::KeyFault;

/// No key file is longer.
const LONGEST_FILE_BYTES: u64 = 65_536;

/// Makes the directory, and those above it, with mode 0700; one that exists is left as it is.
pub(super) fn make_private_directory(path: &Path) -> Result<(), KeyFault> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| KeyFault::file(path, source))
}

/// The content of a file, or `None` when there is no such file.
pub(super) fn read_if_present(path: &Path) -> Result<Option<Zeroizing<String>>, KeyFault> {
    match read(path) {
        Err(KeyFault::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

/// The content of a file.
pub(super) fn read(path: &Path) -> Result<Zeroizing<String>, KeyFault> {
    let file = File::open(path).map_err(|source| KeyFault::file(path, source))?;
    let mut text = Zeroizing::new(String::new());
    file.take(LONGEST_FILE_BYTES.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(|source| KeyFault::file(path, source))?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > LONGEST_FILE_BYTES {
        return Err(KeyFault::content(path, format_args!("longer than {LONGEST_FILE_BYTES} bytes")));
    }
    Ok(text)
}

/// Writes the file whole or not at all. Nobody else may write it meanwhile (the data directory's lock sees to that).
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
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(temporary)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()?;
    fs::rename(temporary, path)?;
    File::open(directory)?.sync_all()
}
