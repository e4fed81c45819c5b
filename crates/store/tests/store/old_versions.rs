//! A database of an earlier version opens, and what it did not keep is worked out (SQLite only: these tests edit the file).

use std::path::Path;

use lommebok_domain::{
    Amount, AttemptAnswer, AttemptNumber, CancelledBy, CardId, Command, EntryCounts, EntryStatus, OperationStatus,
    Payment, PspTransactionId, RefusalCode, ReturnId, StatusEntry, UserId,
};
use lommebok_store::{
    BatchEntry, BatchId, BatchRefusal, BatchTarget, BatchWrite, Fate, KeyedHash, NewBatch, ParkedEntry, Store, Write,
};
use pollster::block_on;

use crate::world::{NOW, PSP, TENANT, World, change, decided, unique};

/// What each version from 2 on has more than the one before it, taken away.
const BACK: [(i64, &str); 5] = [
    (2, "DROP TABLE merged_keys"),
    (3, "DROP TABLE clock_reset; ALTER TABLE batch DROP COLUMN moved_ms"),
    (
        4,
        "ALTER TABLE payment DROP COLUMN partial_operations; ALTER TABLE payment DROP COLUMN without_effect; \
         DROP TABLE batch_fate; DROP INDEX batch_age",
    ),
    (
        5,
        "DROP TABLE pin_tries; DROP TABLE known_browser; DROP INDEX session_of_user; \
         ALTER TABLE session DROP COLUMN number",
    ),
    (6, "DROP TABLE skipped_number"),
];

/// Makes of a closed database what the last program of an earlier version has left.
pub(crate) fn back_to(path: &Path, version: i64) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).unwrap();
    for (_, back) in BACK.iter().rev().filter(|(of, _)| *of > version) {
        connection.execute_batch(back).unwrap();
    }
    connection.pragma_update(None, "user_version", version).unwrap();
    connection
}

fn done(status: EntryStatus, ore: i64, operation: OperationStatus) -> StatusEntry {
    let amount = Amount::from_ore(ore).expect("a good amount");
    StatusEntry { status, amount, text: "te".to_owned(), operation }
}

async fn authorizing(world: &World) -> Payment {
    let payment = world.payment().await;
    let user = UserId::new(1);
    let payment = world.command(&payment, Command::ForceApprove { user, card: CardId::new(1) }).await;
    world.command(&payment, Command::OpenAttempt { return_id: ReturnId::new(u128::from(unique())) }).await
}

/// Payments with entries of every kind, and the counts that each must have.
async fn payments(world: &World) -> Vec<(Payment, EntryCounts)> {
    let (success, failed) = (OperationStatus::Success, OperationStatus::Failed);
    let (captured, cancelled, refunded) = (EntryStatus::Captured, EntryStatus::Cancelled, EntryStatus::Refunded);
    let mut made = Vec::new();
    for (entries, partial_operations, without_effect) in [
        (vec![], 0, 0),
        (vec![(captured, 49_900, success)], 0, 0),
        (vec![(captured, 100, success)], 1, 0),
        (vec![(captured, 100, success), (cancelled, 49_900, success), (refunded, 100, success)], 2, 0),
        (vec![(captured, 1, failed), (EntryStatus::Reserved, 49_900, success), (captured, 5, success)], 1, 2),
    ] {
        let mut payment = authorizing(world).await;
        let ok = Command::EndAttempt { attempt: AttemptNumber::One, answer: AttemptAnswer::Ok };
        payment = world.command(&payment, ok).await;
        for (status, ore, operation) in entries {
            payment = world.command(&payment, Command::ApplyEntry(done(status, ore, operation))).await;
        }
        made.push((payment, EntryCounts { partial_operations, without_effect }));
    }
    let mut payment = world.payment().await;
    for command in [
        Command::ApplyEntry(done(captured, 1, failed)),
        Command::Cancel { by: CancelledBy::LandingPage, user: None },
        Command::ApplyEntry(done(cancelled, 1, success)),
    ] {
        payment = world.command(&payment, command).await;
    }
    made.push((payment, EntryCounts { partial_operations: 0, without_effect: 2 }));
    made
}

fn refusal(position: u32, code: RefusalCode) -> BatchRefusal {
    let psp_transaction_id = PspTransactionId::new("nobody").unwrap();
    BatchRefusal { position, psp_transaction_id, code, detail: "it is so".to_owned() }
}

/// Requests that are done, half done and not begun; some of their entries refused, one waiting.
async fn requests(world: &World) {
    let waiting = authorizing(world).await;
    let entry = done(EntryStatus::Captured, 1, OperationStatus::Success);
    let entries = |count| -> Vec<BatchEntry> {
        let psp_transaction_id = PspTransactionId::new("nobody").unwrap();
        vec![BatchEntry { psp_transaction_id, entry: entry.clone() }; count]
    };
    let new = |count| {
        let new =
            NewBatch { psp: PSP, accepted_at: NOW, digest: KeyedHash::new([4; 32]), entries: entries(count).into() };
        let target = BatchTarget::New(new);
        BatchWrite { target, payments: Vec::new(), refusals: Vec::new(), parked: Vec::new(), next: 0 }
    };
    let codes = RefusalCode::ALL.into_iter().take(7).chain([RefusalCode::Other]);
    let done = BatchWrite {
        refusals: (2..).zip(codes).map(|(position, code)| refusal(position, code)).collect(),
        payments: vec![decided(&waiting, Command::ParkEntry { amount: entry.amount })],
        parked: vec![ParkedEntry { payment: waiting.id, position: 1, entry: entry.clone() }],
        next: 10,
        ..new(10)
    };
    let all_refused = (0..150).map(|position| refusal(position, RefusalCode::UnknownPayment)).collect();
    let half_done = BatchWrite { refusals: all_refused, next: 150, ..new(151) };
    for write in [done, half_done, new(1)] {
        world.store.commit(change(Write::Batch(Box::new(write)))).await.unwrap();
    }
}

fn fates(store: &Store) -> Vec<Vec<Fate>> {
    (1..=3).map(|id| block_on(store.batch_fates(TENANT, BatchId::new(id), 0, u32::MAX)).unwrap()).collect()
}

#[tokio::test]
async fn counts_and_fates_of_the_version_before_are_worked_out_from_its_events_and_refusals() {
    let mut world = World::new();
    let expected = payments(&world).await;
    requests(&world).await;
    let before = fates(&world.store);
    world.store.close();
    let connection = back_to(&world.path(), 3);
    // It kept every refused entry with its texts.
    for position in 100..150 {
        let sql = "INSERT INTO batch_refusal VALUES (2, ?1, 1, 'nobody', 'unknown_payment', 'it is so')";
        connection.execute(sql, [position]).unwrap();
    }
    drop(connection);
    world.reopen();
    for (payment, counts) in expected {
        assert_eq!(world.read(payment.id), Payment { entries: counts, ..payment });
    }
    assert_eq!(fates(&world.store), before);
    assert_eq!(block_on(world.store.batch_refusals(TENANT, BatchId::new(2))).unwrap().len(), 100);
    world.assert_sound();
}

#[tokio::test]
async fn of_a_users_sessions_of_the_version_before_the_newest_twenty_go_on_in_their_order() {
    let mut world = World::new();
    world.store.close();
    let connection = back_to(&world.path(), 4);
    for token in 0..25_u8 {
        let sql = "INSERT INTO session (token, tenant, user, created_at, expires_at) VALUES (?1, 1, ?2, ?3, ?4)";
        let (user, created_at) = (i64::from(token == 24) + 1, NOW.as_millis() + 1_000 - i64::from(token));
        connection.execute(sql, rusqlite::params![[token; 32], user, created_at, created_at + 10_000]).unwrap();
    }
    drop(connection);
    world.reopen();
    let ended = |store: &Store| -> Vec<u8> {
        let lives = |token: &u8| block_on(store.session(&KeyedHash::new([*token; 32]), NOW)).unwrap().is_some();
        (0..26).filter(|token| !lives(token)).collect()
    };
    assert_eq!(ended(&world.store), [20, 21, 22, 23, 25], "the first user had 24, the last of them the oldest");
    world.store.commit(change(crate::sign_ins::opened(25, NOW))).await.unwrap();
    assert_eq!(ended(&world.store), [19, 20, 21, 22, 23], "and the next oldest goes for a new one");
}
