//! A look into the database of a server that does not run: is the file sound, and does what is stored agree with itself?

use std::fs;
use std::path::Path;

use lommebok_server::keys::MasterKeys;
use lommebok_store::{HashKey, Store, StoreOptions};
use rusqlite::{Connection, OpenFlags};

const FILE: &str = "lommebok.db";
/// The database and its write-ahead log: what a crash leaves behind. The third file is only memory that processes share.
const FILES: [&str; 2] = [FILE, "lommebok.db-wal"];

/// What is wrong with the database in a data directory; looked at in a copy, so that the next start finds what the last one left.
///
/// # Panics
/// When it can't be copied or opened.
pub fn faults(data_dir: &Path) -> Vec<String> {
    let copy = tempfile::tempdir().expect("a temporary directory can be made");
    for name in FILES {
        let from = data_dir.join(name);
        if from.exists() {
            fs::copy(&from, copy.path().join(name)).expect("the database can be copied");
        }
    }
    let keys = MasterKeys::read(&data_dir.join("master-keys.toml")).expect("the keys can be read");
    let path = copy.path().join(FILE);
    let options = StoreOptions::new(format!("sqlite:{}", path.display()), HashKey::new(*keys.lookup_pepper.expose()));
    let store = Store::open(&options).expect("the database can be opened");
    let mut faults = store.check().expect("the database can be read").faults;
    store.close();
    drop(store);
    let connection =
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the copy can be opened");
    let mut statement = connection.prepare("PRAGMA integrity_check").expect("SQLite knows the pragma");
    let lines = statement.query_map([], |row| row.get::<_, String>(0)).expect("the pragma answers");
    faults.extend(lines.map(|line| line.expect("a line is text")).filter(|line| line != "ok"));
    faults
}
