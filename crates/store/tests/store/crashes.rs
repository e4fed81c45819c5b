//! The files as a `kill -9` would leave them, taken around each sync: what was acknowledged is there, and all is sound
//! (SQLite only: it copies the files).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use lommebok_store::{CommitFault, PaymentFilter, Store};
use pollster::block_on;
use tokio::task::JoinSet;

use crate::world::{TENANT, World, change, name, new, terms};

/// What a crash left: where, and how many payments had been acknowledged by then.
type Images = Arc<Mutex<Vec<(PathBuf, u64)>>>;

/// Copies database and log. The writer waits meanwhile, and a checkpoint only copies what is in the log as well.
fn image(database: &Path, to: &Path) {
    std::fs::create_dir(to).expect("the directory is new");
    for end in ["", "-wal"] {
        let mut from = database.as_os_str().to_owned();
        from.push(end);
        std::fs::copy(from, to.join(format!("test.db{end}"))).expect("the file can be copied");
    }
}

#[tokio::test]
async fn a_crash_around_any_sync_loses_nothing_that_was_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("test.db");
    let (images, acknowledged) = (Images::default(), Arc::new(AtomicU64::new(0)));
    let (taken, count, path) = (Arc::clone(&images), Arc::clone(&acknowledged), database.clone());
    let world = World::with(|options| {
        options.url = format!("sqlite:{}", database.display());
        // So small that checkpoints run in between.
        options.sqlite.max_wal_frames = 60;
        options.commit_hook = Some(Arc::new(move |stage| {
            let acknowledged = count.load(Ordering::SeqCst);
            let mut taken = taken.lock().expect("nobody panicked");
            let to = path.with_file_name(format!("{}-{stage:?}", taken.len()));
            image(&path, &to);
            taken.push((to, acknowledged));
        }));
    });
    for _wave in 0..8 {
        let mut tasks = JoinSet::new();
        for _payment in 0..40 {
            let (store, acknowledged) = (world.store.clone(), Arc::clone(&acknowledged));
            tasks.spawn(async move {
                store.commit(change(new(terms(&name())))).await.expect("it is committed");
                acknowledged.fetch_add(1, Ordering::SeqCst);
            });
        }
        tasks.join_all().await;
    }
    let images = images.lock().unwrap().clone();
    assert!(images.len() >= 16);
    for (at, acknowledged) in images {
        let mut options = world.options();
        options.url = format!("sqlite:{}", at.join("test.db").display());
        options.commit_hook = None;
        let store = Store::open(&options).unwrap();
        let report = store.check().unwrap();
        assert_eq!(report.faults, Vec::<String>::new(), "{}", at.display());
        assert!(report.payments >= acknowledged, "{}: {} of {acknowledged}", at.display(), report.payments);
        goes_on(&store).await;
        let newest = block_on(store.payments(TENANT, PaymentFilter::All, None, 1)).unwrap();
        assert_eq!(newest.payments.len(), 1);
    }
}

/// Ids that are there stay taken, new ones are taken, and the keys that waited find their places.
async fn goes_on(store: &Store) {
    let known = block_on(store.payments(TENANT, PaymentFilter::All, None, 1_000)).unwrap().payments;
    for payment in &known {
        let again = terms(payment.terms.psp_transaction_id.as_str());
        assert_eq!(store.commit(change(new(again))).await, Err(CommitFault::TransactionIdExists));
    }
    for _payment in 0..20 {
        store.commit(change(new(terms(&name())))).await.unwrap();
    }
    let report = store.check().unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
    assert_eq!(report.payments, u64::try_from(known.len()).unwrap() + 20);
}
