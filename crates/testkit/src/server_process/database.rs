//! A look into the database of a server that does not run: is the file sound, and does what is stored agree with itself?
//! And what had the server not ended?

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lommebok_domain::{Payment, Phase, State, StateName, TenantId};
use lommebok_engine::keys::MasterKeys;
use lommebok_store::{HashKey, PaymentFilter, Store, StoreOptions};
use pollster::block_on;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

const FILE: &str = "lommebok.db";
/// The database and its write-ahead log: what a crash leaves behind. The third file is only memory that processes share.
const FILES: [&str; 2] = [FILE, "lommebok.db-wal"];

/// The first tenant of a sandbox.
const TENANT: TenantId = TenantId::new(1);
/// Payments of a page.
const PAGE: u32 = 1_000;

/// What is wrong with the database in a data directory; looked at in a copy, so that the next start finds what the last one left.
///
/// # Panics
/// When it can't be copied or opened.
pub fn faults(data_dir: &Path) -> Vec<String> {
    let (copy, store) = copied(data_dir);
    let mut faults = store.check().expect("the database can be read").faults;
    store.close();
    drop(store);
    let connection = Connection::open_with_flags(copy.path().join(FILE), OpenFlags::SQLITE_OPEN_READ_ONLY);
    let connection = connection.expect("the copy can be opened");
    let mut statement = connection.prepare("PRAGMA integrity_check").expect("SQLite knows the pragma");
    let lines = statement.query_map([], |row| row.get::<_, String>(0)).expect("the pragma answers");
    faults.extend(lines.map(|line| line.expect("a line is text")).filter(|line| line != "ok"));
    faults
}

/// The `pspTransactionId`s of the payments with an open attempt: only the process that opened it could have ended it.
///
/// # Panics
/// When the database can't be copied or opened.
pub fn open_attempts(data_dir: &Path) -> BTreeSet<String> {
    let (_copy, store) = copied(data_dir);
    let is_open = |payment: &Payment| matches!(payment.state, State::Authorizing { phase: Phase::Open { .. }, .. });
    let mut open = BTreeSet::new();
    let mut before = None;
    loop {
        let page = store.payments(TENANT, PaymentFilter::State(StateName::Authorizing), before, PAGE);
        let page = block_on(page).expect("the database can be read");
        let ids = page.payments.iter().filter(|payment| is_open(payment));
        open.extend(ids.map(|payment| payment.terms.psp_transaction_id.as_str().to_owned()));
        if page.next.is_none() {
            store.close();
            return open;
        }
        before = page.next;
    }
}

/// A copy of the database, and the store on it.
fn copied(data_dir: &Path) -> (TempDir, Store) {
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
    (copy, store)
}
