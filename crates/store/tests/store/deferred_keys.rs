//! Natural keys wait in memory before they are written: where a key is makes no difference to a caller, also after a crash.

use lommebok_domain::{Payment, PspTransactionId, Terms};
use lommebok_store::{CommitFault, Store};
use pollster::block_on;
use tokio::task::JoinSet;

use crate::old_versions::back_to;
use crate::world::{PSP, TENANT, World, name, terms};

fn id(payment: &Payment) -> PspTransactionId {
    payment.terms.psp_transaction_id.clone()
}

/// A payment of this name with another's order.
fn with_order_of(name: &str, other: &Payment) -> Terms {
    Terms { merchant_order_id: other.terms.merchant_order_id.clone(), ..terms(name) }
}

async fn payments(world: &World, count: usize) -> Vec<Payment> {
    let mut payments = Vec::new();
    for _payment in 0..count {
        payments.push(world.payment().await);
    }
    payments
}

#[tokio::test]
async fn an_id_is_refused_again_wherever_its_first_key_stands() {
    let world = World::with(|options| options.sqlite.max_keys_waiting = 8);
    let known = payments(&world, 40).await;
    for payment in &known {
        let again = terms(payment.terms.psp_transaction_id.as_str());
        assert_eq!(world.initiate(again).await, Err(CommitFault::TransactionIdExists));
        let fresh = name();
        assert_eq!(world.initiate(with_order_of(&fresh, payment)).await, Err(CommitFault::OrderIdExists));
        // What the refused change had reserved first is free again.
        world.initiate(terms(&fresh)).await.unwrap();
    }
    world.assert_sound();
}

#[tokio::test]
async fn what_a_rolled_back_commit_had_claimed_is_free() {
    let world = World::with(|options| options.sqlite.max_keys_waiting = 8);
    for _round in 0..20 {
        let fresh = name();
        let too_long = Terms { payment_text: "x".repeat(4_001), ..terms(&fresh) };
        assert!(matches!(world.initiate(too_long).await, Err(CommitFault::Refused(_))));
        world.initiate(terms(&fresh)).await.unwrap();
        assert_eq!(world.initiate(terms(&fresh)).await, Err(CommitFault::TransactionIdExists));
    }
    world.assert_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_payment_is_found_at_every_moment_after_its_answer() {
    let world = World::with(|options| options.sqlite.max_keys_waiting = 8);
    let mut callers = JoinSet::new();
    for _caller in 0..8 {
        let store = world.store.clone();
        callers.spawn(async move {
            let mut mine: Vec<PspTransactionId> = Vec::new();
            for _payment in 0..60 {
                let payment = terms(&name());
                mine.push(payment.psp_transaction_id.clone());
                store.commit(crate::world::change(crate::world::new(payment))).await.unwrap();
                found_all(&store, &mine);
            }
        });
    }
    callers.join_all().await;
    world.assert_sound();
}

/// Alone, in one snapshot, and with their history.
fn found_all(store: &Store, ids: &[PspTransactionId]) {
    for id in ids {
        assert!(block_on(store.payment_of_psp(TENANT, PSP, id)).unwrap().is_some(), "{id:?}");
        assert!(block_on(store.details_of_psp(TENANT, PSP, id, usize::MAX)).unwrap().is_some(), "{id:?}");
    }
    let ids: Vec<_> = ids.iter().collect();
    assert!(block_on(store.payments_of_psp(TENANT, PSP, &ids)).unwrap().iter().all(Option::is_some));
}

/// The keys that stand in their tables.
fn written(world: &World) -> (u64, u64) {
    let connection = rusqlite::Connection::open(world.path()).unwrap();
    let rows = |table: &str| {
        let rows =
            connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap();
        u64::try_from(rows).unwrap()
    };
    (rows("transaction_key"), rows("order_key"))
}

/// The keys as the store counts them.
fn counted(world: &World) -> (u64, u64) {
    let rows = world.store.row_counts().unwrap();
    (rows["transaction_key"], rows["order_key"])
}

#[tokio::test]
async fn a_store_that_closes_leaves_all_keys_in_their_tables() {
    let mut world = World::with(|options| options.sqlite.max_keys_waiting = 1_000);
    let known = payments(&world, 30).await;
    assert_eq!(written(&world), (0, 0));
    // They are counted as the rows that they will be.
    assert_eq!(counted(&world), (30, 30));
    found_all(&world.store, &known.iter().map(id).collect::<Vec<_>>());
    world.reopen();
    assert_eq!((written(&world), counted(&world)), ((30, 30), (30, 30)));
    found_all(&world.store, &known.iter().map(id).collect::<Vec<_>>());
    world.assert_sound();
}

#[tokio::test]
async fn no_more_keys_wait_than_are_allowed_to() {
    let world = World::with(|options| options.sqlite.max_keys_waiting = 10);
    payments(&world, 100).await;
    let (transactions, orders) = written(&world);
    let waiting = 200 - transactions - orders;
    // What makes a merge worth its while comes on top.
    assert!((1..=20).contains(&waiting), "{waiting}");
}

#[tokio::test]
async fn a_database_from_before_is_known_to_have_all_its_keys_in_their_tables() {
    let world = World::with(|options| options.sqlite.max_keys_waiting = 0);
    let known = payments(&world, 10).await;
    let (path, options) = (world.path(), world.options());
    let World { store, _directory, .. } = world;
    drop(store);
    drop(back_to(&path, 1));
    let store = Store::open(&options).unwrap();
    found_all(&store, &known.iter().map(id).collect::<Vec<_>>());
    assert_eq!(store.check().unwrap().faults, Vec::<String>::new());
}
