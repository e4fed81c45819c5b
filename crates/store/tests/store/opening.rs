//! What a store refuses to open, and what opening proves.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use lommebok_domain::{Binding, Command};
use lommebok_store::{HashKey, Store, StoreError, StoreOptions, Write};
use pollster::block_on;

use crate::old_versions::back_to;
use crate::world::{TENANT, World, change, decided, new, terms};

#[tokio::test]
async fn a_newer_database_is_refused_with_both_versions_named() {
    let world = World::new();
    let (path, options) = (world.path(), world.options());
    let World { store, _directory, .. } = world;
    drop(store);
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let refused = Store::open(&options).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 99, known: 6 }), "{refused}");
}

#[tokio::test]
async fn a_database_in_use_is_refused() {
    let world = World::new();
    assert!(matches!(Store::open(&world.options()).unwrap_err(), StoreError::InUse { .. }));
}

#[tokio::test]
async fn another_hash_key_is_refused_instead_of_finding_nothing() {
    let world = World::new();
    let mut options = world.options();
    let World { store, _directory, .. } = world;
    drop(store);
    options.hash_key = HashKey::new([8; 32]);
    assert!(matches!(Store::open(&options).unwrap_err(), StoreError::OtherHashKey));
}

#[test]
fn a_url_that_is_not_understood_is_refused() {
    for url in ["", "postgres://localhost/x", "sqlite:", "sqlite::memory:", "test.db"] {
        let options = StoreOptions::new(url, HashKey::new([7; 32]));
        assert!(matches!(Store::open(&options).unwrap_err(), StoreError::Url { .. }), "{url}");
    }
}

#[test]
fn a_directory_that_does_not_exist_is_named() {
    let options = StoreOptions::new("sqlite:/no/such/place/test.db", HashKey::new([7; 32]));
    let refused = Store::open(&options).unwrap_err();
    assert!(refused.to_string().contains("/no/such/place/test.db"), "{refused}");
}

#[test]
fn neither_options_nor_secrets_show_themselves() {
    let options = StoreOptions::new("sqlite:x", HashKey::new([77; 32]));
    assert!(!format!("{options:?} {:?}", options.hash_key).contains("77"));
    let sealed = lommebok_store::Sealed::new(vec![77; 4]);
    let hash = lommebok_store::KeyedHash::new([77; 32]);
    assert!(!format!("{sealed:?} {hash:?}").contains("77"));
}

#[tokio::test]
async fn the_files_of_a_database_are_their_owners_alone() {
    let world = World::new();
    let (path, store) = (world.path(), world.store.clone());
    store.commit(change(new(terms("one")))).await.unwrap();
    let mut seen = 0;
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is {mode:o}", file.path().display());
        seen += 1;
    }
    assert_eq!(seen, 3, "database, write-ahead log and lock");
}

/// As the last version before clocks could be reset has written it.
#[tokio::test]
async fn a_database_of_version_two_opens_and_its_payments_go_on() {
    let world = World::new();
    let payment = world.payment().await;
    let (path, options) = (world.path(), world.options());
    let World { store, _directory, .. } = world;
    drop(store);
    drop(back_to(&path, 2));
    let store = Store::open(&options).unwrap();
    let bind = Command::ConfirmNumber { to: Binding::Nobody };
    store.commit(change(Write::Payments(vec![decided(&payment, bind)]))).await.unwrap();
    store.commit(change(new(terms("another")))).await.unwrap();
    assert_eq!(block_on(store.clock_resets(TENANT, 1)).unwrap(), []);
    assert_eq!(store.check().unwrap().faults, Vec::<String>::new());
}

/// A database that was written and closed, and what was done to it then.
fn refused_after(damage: &str) -> StoreError {
    let world = World::new();
    let (path, options) = (world.path(), world.options());
    let World { store, _directory, .. } = world;
    drop(store);
    rusqlite::Connection::open(&path).unwrap().execute_batch(damage).unwrap();
    Store::open(&options).unwrap_err()
}

#[tokio::test]
async fn tables_that_are_not_those_of_the_version_are_refused_and_named() {
    for (damage, named) in [
        ("DROP TABLE event", "table event is missing"),
        ("ALTER TABLE payment ADD COLUMN x TEXT", "column x of table payment is unknown"),
        ("ALTER TABLE payment RENAME COLUMN version TO v", "column version of table payment is missing"),
        ("CREATE TABLE mine (a)", "table mine is unknown"),
        ("CREATE INDEX mine ON payment (version)", "index mine is unknown"),
        ("CREATE TRIGGER mine AFTER INSERT ON event BEGIN DELETE FROM event; END", "trigger mine is unknown"),
        ("PRAGMA user_version = 0", "is unknown"),
        ("PRAGMA user_version = 1", "column moved_ms of table batch is unknown"),
        ("PRAGMA user_version = 2", "column moved_ms of table batch is unknown"),
        ("PRAGMA user_version = 3", "column partial_operations of table payment is unknown"),
        ("PRAGMA user_version = 4", "column number of table session is unknown"),
        ("PRAGMA user_version = 5", "table skipped_number is unknown"),
    ] {
        let refused = refused_after(damage);
        assert!(matches!(refused, StoreError::Schema { .. }), "{damage}: {refused}");
        assert!(refused.to_string().contains(named), "{damage}: {refused}");
    }
}

#[tokio::test]
async fn statistics_that_an_operator_had_made_are_no_difference() {
    let world = World::new();
    let (path, options) = (world.path(), world.options());
    let World { store, _directory, .. } = world;
    drop(store);
    rusqlite::Connection::open(path).unwrap().execute_batch("ANALYZE").unwrap();
    Store::open(&options).unwrap();
}

#[test]
fn another_programs_database_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("foreign.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)").unwrap();
    let before = std::fs::read(&path).unwrap();
    let options = StoreOptions::new(format!("sqlite:{}", path.display()), HashKey::new([7; 32]));
    let refused = Store::open(&options).unwrap_err();
    assert!(refused.to_string().contains("table t is unknown"), "{refused}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn the_check_beside_a_working_store_finds_the_same_and_can_be_ended() {
    let world = World::new();
    for number in 0..40 {
        world.store.commit(change(new(terms(&format!("p-{number}"))))).await.unwrap();
    }
    let report = world.store.check_online(Arc::default()).unwrap();
    assert_eq!(report, world.store.check().unwrap());
    assert_eq!((report.payments, report.faults), (40, Vec::new()));
    let ended = world.store.check_online(Arc::new(AtomicBool::new(true)));
    assert!(matches!(ended, Err(StoreError::CheckEnded)), "{ended:?}");
}
