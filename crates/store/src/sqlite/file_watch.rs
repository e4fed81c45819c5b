//! Whether the files that are open are still those at their path. Whoever writes into a file that was moved away or removed
//! acknowledges what the next start does not find.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::open;
use crate::fault::StoreError;

/// Which file it is, whatever its name: device and inode.
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
        Ok(Self { files: [known(path.to_owned())?, known(open::beside(path, "-wal"))?] })
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
