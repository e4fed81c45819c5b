//! How far a database has come is remembered outside it, and an earlier state of it is recognized by that (ADR 0014).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use lommebok_domain::{Binding, Command, PaymentId, Refusal, decide};
use lommebok_store::{
    BatchId, BatchTarget, BatchWrite, CommitStage, Expiring, KeyedHash, LastChange, NewBatch, OlderDatabase,
    SkippedNumbers, Store, StoreError, StoreOptions, Watermark, Write,
};
use pollster::block_on;

use crate::old_versions::back_to;
use crate::world::{NOW, PSP, TENANT, World, change, new, terms};

/// An updatestatus request without an entry.
fn request() -> Write {
    let new = NewBatch { psp: PSP, accepted_at: NOW, digest: KeyedHash::new([4; 32]), entries: Vec::new().into() };
    let target = BatchTarget::New(new);
    let batch = BatchWrite { target, payments: Vec::new(), refusals: Vec::new(), parked: Vec::new(), next: 0 };
    Write::Batch(Box::new(batch))
}

fn numbers(watermark: Watermark) -> (i64, i64) {
    (watermark.payment.get(), watermark.batch.get())
}

/// The database as it is on disk while it is open, log and all.
fn copied(world: &World, name: &str) -> PathBuf {
    let (path, copy) = (world.path(), world.path().with_file_name(name));
    for letters in ["", "-wal"] {
        let with = |path: &Path| PathBuf::from(format!("{}{letters}", path.display()));
        std::fs::copy(with(&path), with(&copy)).unwrap();
    }
    copy
}

/// Why a copy is refused with this watermark; nothing when it opens.
fn refused(world: &World, copy: &Path, remembered: Watermark) -> Option<OlderDatabase> {
    let url = format!("sqlite:{}", copy.display());
    match Store::open(&StoreOptions { url, remembered: Some(remembered), ..world.options() }) {
        Ok(_) => None,
        Err(StoreError::Older(older)) => Some(*older),
        Err(other) => unreachable!("{other}"),
    }
}

#[tokio::test]
async fn a_backup_is_told_by_a_payment_an_approval_or_a_request_that_it_lacks_and_the_database_itself_is_not() {
    let world = World::new();
    let payment = world.payment().await;
    let backups = [copied(&world, "before-the-event")];
    let payment = world.command(&payment, Command::ConfirmNumber { to: Binding::Nobody }).await;
    let of_the_event = world.store.watermark();
    assert_eq!(numbers(of_the_event), (1, 0), "an event gives no number");
    let older = refused(&world, &backups[0], of_the_event).unwrap();
    assert_eq!((numbers(older.found), older.lacks_last_change, older.last_at), ((1, 0), true, Some(NOW)));
    let said = "It ends at payment 1, updatestatus request 0; remembered are payment 1, updatestatus request 0, with a \
                change that it lacks: the one that made version 2 of payment 1.";
    assert!(older.to_string().contains(said), "{older}");

    let before_the_request = copied(&world, "before-the-request");
    assert_eq!(refused(&world, &before_the_request, of_the_event), None);
    world.store.commit(change(request())).await.unwrap();
    let of_the_request = world.store.watermark();
    assert_eq!(numbers(of_the_request), (1, 1));
    let older = refused(&world, &before_the_request, of_the_request).unwrap();
    assert_eq!((numbers(older.found), older.lacks_last_change), ((1, 0), false));

    let before_the_payment = copied(&world, "before-the-payment");
    assert_eq!(refused(&world, &before_the_payment, of_the_request), None);
    let another = world.payment().await;
    let of_the_payment = world.store.watermark();
    assert_eq!(of_the_payment.last_change.map(|last| (last.payment, last.version)), Some((another.id, 1)));
    assert!(refused(&world, &before_the_payment, of_the_payment).unwrap().lacks_last_change);
    let now = copied(&world, "now");
    for earlier in [of_the_event, of_the_request, of_the_payment] {
        assert_eq!(refused(&world, &now, earlier), None, "a mark may be behind its database");
    }
    assert_eq!(payment.version, 2);
}

#[tokio::test]
async fn a_refused_backup_of_an_early_version_is_left_as_it_is() {
    let world = World::new();
    let payment = world.payment().await;
    let path = copied(&world, "early");
    drop(back_to(&path, 1));
    let before = std::fs::read(&path).unwrap();
    world.command(&payment, Command::ConfirmNumber { to: Binding::Nobody }).await;
    assert!(refused(&world, &path, world.store.watermark()).is_some());
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn the_mark_is_never_ahead_of_what_is_durable() {
    let seen: Arc<Mutex<Vec<i64>>> = Arc::default();
    let store: Arc<Mutex<Option<Store>>> = Arc::default();
    let (theirs, noted) = (Arc::clone(&store), Arc::clone(&seen));
    let hook = move |stage| {
        let store = theirs.lock().unwrap();
        if let (Some(store), CommitStage::BeforeSync) = (store.as_ref(), stage) {
            noted.lock().unwrap().push(store.watermark().payment.get());
        }
    };
    let world = World::with(|options| options.commit_hook = Some(Arc::new(hook)));
    *store.lock().unwrap() = Some(world.store.clone());
    for _ in 0..3 {
        world.payment().await;
    }
    assert_eq!(*seen.lock().unwrap(), [0, 1, 2], "a payment counts after its sync");
    assert_eq!(world.store.watermark().payment, PaymentId::new(3));
    drop(store.lock().unwrap().take());
}

#[tokio::test]
async fn a_number_of_a_transaction_that_was_rolled_back_was_never_given() {
    let failing = Arc::new(Mutex::new(false));
    let fails = Arc::clone(&failing);
    let hook = move |access| {
        (access == lommebok_store::Access::Commit && *fails.lock().unwrap()).then(|| "the disk is full".to_owned())
    };
    let world = World::with(|options| options.fault_hook = Some(Arc::new(hook)));
    let payment = world.payment().await;
    *failing.lock().unwrap() = true;
    world.store.commit(change(new(terms("lost")))).await.unwrap_err();
    *failing.lock().unwrap() = false;
    world.command(&payment, Command::ConfirmNumber { to: Binding::Nobody }).await;
    let mark = world.store.watermark();
    assert_eq!(numbers(mark), (1, 0));
    assert_eq!(refused(&world, &copied(&world, "now"), mark), None);
}

#[tokio::test]
async fn rows_that_are_removed_by_age_are_not_missed() {
    let world = World::new();
    for _ in 0..3 {
        world.store.commit(change(request())).await.unwrap();
    }
    let mark = world.store.watermark();
    let before = NOW.plus_millis(1);
    for rows in Expiring::ALL {
        world.store.commit(change(Write::Purge { rows, before, limit: 500 })).await.unwrap();
    }
    assert_eq!(block_on(world.store.batch(TENANT, BatchId::new(1))).unwrap(), None);
    assert_eq!(refused(&world, &copied(&world, "now"), mark), None);
}

#[tokio::test]
async fn skipped_numbers_are_given_to_nothing_also_after_a_start_and_a_mark_counts_them() {
    let mut world = World::new();
    world.payment().await;
    world.store.commit(change(request())).await.unwrap();
    let backup = copied(&world, "backup");
    let skipped = SkippedNumbers { payment: PaymentId::new(1_000), batch: BatchId::new(500), msn: 200_010 };
    world.store.commit(change(Write::SkipNumbers(skipped))).await.unwrap();
    let mark = world.store.watermark();
    assert_eq!(numbers(mark), (1_000, 500));
    let (found, older) = (world.payment().await, refused(&world, &backup, mark));
    assert_eq!((found.id, older.is_some()), (PaymentId::new(1_001), true));
    let fewer = SkippedNumbers { payment: PaymentId::new(2), batch: BatchId::new(1), msn: 0 };
    world.store.commit(change(Write::SkipNumbers(fewer))).await.unwrap();
    world.reopen();
    assert_eq!(numbers(world.store.watermark()), (1_001, 500));
    assert_eq!(world.payment().await.id, PaymentId::new(1_002));
    world.store.commit(change(request())).await.unwrap();
    assert_eq!(numbers(world.store.watermark()), (1_002, 501));
    world.assert_sound();
}

#[tokio::test]
async fn a_start_goes_on_from_the_change_that_was_remembered() {
    let world = World::new();
    let payment = world.payment().await;
    let mark = world.store.watermark();
    assert!(matches!(mark.last_change, Some(LastChange { version: 1, .. })));
    let options = StoreOptions { remembered: Some(mark), ..world.options() };
    let World { store, _directory, .. } = world;
    drop(store);
    let store = Store::open(&options).unwrap();
    assert_eq!(store.watermark(), mark, "before anything is written");
    let ended = decide(&payment, Command::EndAsRestored, NOW).unwrap().payment;
    assert_eq!(decide(&ended, Command::EndAsRestored, NOW), Err(Refusal::WrongState(ended.state.name())));
}
