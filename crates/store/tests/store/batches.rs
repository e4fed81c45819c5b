//! Accepted updatestatus requests, step by step.

use lommebok_domain::{
    Amount, AttemptAnswer, AttemptNumber, CardId, Command, EntryStatus, OperationStatus, Payment, PspTransactionId,
    RefusalCode, ReturnId, StatusEntry, UserId,
};
use lommebok_store::{
    BatchEntry, BatchId, BatchRefusal, BatchTarget, BatchWrite, CommitFault, Committed, Expiring, Fate, KeyedHash,
    NewBatch, ParkedEntry, TakenEntry, Write,
};
use pollster::block_on;

use crate::world::{NOW, PSP, TENANT, World, change, decided, key};

fn entry(status: EntryStatus, ore: i64) -> StatusEntry {
    let amount = Amount::from_ore(ore).unwrap();
    StatusEntry { status, amount, text: "Grønn te".to_owned(), operation: OperationStatus::Success }
}

fn of(id: &str, entry: &StatusEntry) -> BatchEntry {
    BatchEntry { psp_transaction_id: PspTransactionId::new(id).unwrap(), entry: entry.clone() }
}

fn new_batch(entries: Vec<BatchEntry>) -> NewBatch {
    NewBatch { psp: PSP, accepted_at: NOW, digest: KeyedHash::new([4; 32]), entries: entries.into() }
}

fn accepted(new: NewBatch) -> BatchWrite {
    BatchWrite {
        target: BatchTarget::New(new),
        payments: Vec::new(),
        refusals: Vec::new(),
        parked: Vec::new(),
        next: 0,
    }
}

/// The entries as they are kept when all are processed.
fn without_texts(mut entries: Vec<BatchEntry>) -> Vec<BatchEntry> {
    for entry in &mut entries {
        entry.entry.text.clear();
    }
    entries
}

fn refusal(position: u32, id: &str) -> BatchRefusal {
    BatchRefusal {
        position,
        psp_transaction_id: PspTransactionId::new(id).unwrap(),
        code: RefusalCode::UnknownPayment,
        detail: "there is no such payment".to_owned(),
    }
}

async fn commit(world: &World, write: BatchWrite) -> Result<Committed, CommitFault> {
    world.store.commit(change(Write::Batch(Box::new(write)))).await
}

async fn authorizing(world: &World) -> Payment {
    let mut payment = world.payment().await;
    let user = UserId::new(1);
    for command in [
        Command::ForceApprove { user, card: CardId::new(1) },
        Command::OpenAttempt { return_id: ReturnId::new(u128::from(crate::world::unique())) },
    ] {
        payment = world.command(&payment, command).await;
    }
    payment
}

async fn reserved(world: &World) -> Payment {
    let payment = authorizing(world).await;
    world.command(&payment, Command::EndAttempt { attempt: AttemptNumber::One, answer: AttemptAnswer::Ok }).await
}

#[tokio::test]
async fn a_request_that_is_applied_at_once_is_one_change() {
    let world = World::new();
    let (one, two) = (reserved(&world).await, authorizing(&world).await);
    let capture = entry(EntryStatus::Captured, 100);
    let entries = vec![
        of(one.terms.psp_transaction_id.as_str(), &capture),
        of("nobody", &capture),
        of(two.terms.psp_transaction_id.as_str(), &capture),
    ];
    let write = BatchWrite {
        payments: vec![
            decided(&one, Command::ApplyEntry(capture.clone())),
            decided(&two, Command::ParkEntry { amount: capture.amount }),
        ],
        refusals: vec![refusal(1, "nobody")],
        parked: vec![ParkedEntry { payment: two.id, position: 2, entry: capture.clone() }],
        next: 3,
        ..accepted(new_batch(entries.clone()))
    };
    let mut with_key = change(Write::Batch(Box::new(write)));
    with_key.idempotency = Some(key(1, 1));
    let id = BatchId::new(1);
    assert_eq!(world.store.commit(with_key.clone()).await, Ok(Committed::Batch { id, repeated: false }));
    assert!(matches!(world.store.commit(with_key).await, Err(CommitFault::Replay(stored)) if stored.subject == 1));
    assert_eq!(world.read(one.id).sums.captured(), 100);
    let batch = block_on(world.store.batch(TENANT, id)).unwrap().unwrap();
    assert_eq!((batch.count, batch.next, batch.finished), (3, 3, true));
    assert_eq!(block_on(world.store.pending_batches(TENANT, 10)).unwrap(), []);
    assert_eq!(block_on(world.store.batch_entries(TENANT, id)).unwrap(), without_texts(entries), "all are processed");
    let fates = [Fate::Applied, Fate::Refused(RefusalCode::UnknownPayment), Fate::Waiting];
    assert_eq!(block_on(world.store.batch_fates(TENANT, id, 0, 10)).unwrap(), fates);
    assert_eq!(block_on(world.store.batch_refusals(TENANT, id)).unwrap(), [refusal(1, "nobody")]);
    let waiting = block_on(world.store.waiting_entries(TENANT, two.id, 10)).unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].batch, waiting[0].position, &waiting[0].entry), (id, 2, &capture));
    world.assert_sound();
}

#[tokio::test]
async fn a_waiting_entry_gets_its_result_when_the_attempt_has_ended() {
    let world = World::new();
    let two = authorizing(&world).await;
    let excessive = entry(EntryStatus::Captured, 99_999_999);
    let name = two.terms.psp_transaction_id.as_str();
    let write = BatchWrite {
        payments: vec![decided(&two, Command::ParkEntry { amount: excessive.amount })],
        parked: vec![ParkedEntry { payment: two.id, position: 0, entry: excessive.clone() }],
        next: 1,
        ..accepted(new_batch(vec![of(name, &excessive)]))
    };
    commit(&world, write).await.unwrap();
    let two = world.read(two.id);
    let two = world.command(&two, Command::EndAttempt { attempt: AttemptNumber::One, answer: AttemptAnswer::Ok }).await;
    let mut write = decided(&two, Command::ApplyWaiting(excessive));
    let taken = TakenEntry {
        batch: BatchId::new(1),
        position: 0,
        refusal: Some((RefusalCode::ExceedsRemaining, "too much".into())),
    };
    write.taken = vec![taken];
    let again = write.clone();
    world.store.commit(change(Write::Payments(vec![write]))).await.unwrap();
    assert_eq!(block_on(world.store.waiting_entries(TENANT, two.id, 10)).unwrap(), []);
    let fates = block_on(world.store.batch_fates(TENANT, BatchId::new(1), 0, 10)).unwrap();
    assert_eq!(fates, [Fate::Refused(RefusalCode::ExceedsRemaining)]);
    let report = block_on(world.store.batch_refusals(TENANT, BatchId::new(1))).unwrap();
    assert_eq!((report[0].position, report[0].psp_transaction_id.as_str()), (0, name));
    let answer = world.store.commit(change(Write::Payments(vec![again]))).await;
    assert_eq!(answer, Err(CommitFault::Stale(vec![two.id])));
    world.assert_sound();
}

#[tokio::test]
async fn a_long_request_goes_on_where_it_stood_and_each_step_counts_once() {
    let mut world = World::new();
    let entries: Vec<_> = (0..5).map(|at| of(&format!("nobody-{at}"), &entry(EntryStatus::Captured, 1))).collect();
    commit(&world, accepted(new_batch(entries.clone()))).await.unwrap();
    let step = |from: u32, next: u32| BatchWrite {
        target: BatchTarget::Pending { id: BatchId::new(1), next: from },
        payments: Vec::new(),
        refusals: (from..next).map(|at| refusal(at, &format!("nobody-{at}"))).collect(),
        parked: Vec::new(),
        next,
    };
    world.reopen();
    assert_eq!(block_on(world.store.pending_batches(TENANT, 10)).unwrap()[0].next, 0);
    assert_eq!(block_on(world.store.batch_entries(TENANT, BatchId::new(1))).unwrap(), entries);
    commit(&world, step(0, 2)).await.unwrap();
    assert_eq!(commit(&world, step(0, 2)).await, Err(CommitFault::Stale(Vec::new())));
    assert_eq!(block_on(world.store.pending_batches(TENANT, 10)).unwrap()[0].next, 2);
    commit(&world, step(2, 5)).await.unwrap();
    assert_eq!(block_on(world.store.pending_batches(TENANT, 10)).unwrap(), []);
    assert_eq!(commit(&world, step(5, 5)).await, Err(CommitFault::Stale(Vec::new())));
    assert!(block_on(world.store.batches(TENANT, None, 10)).unwrap()[0].finished);
    let fates = block_on(world.store.batch_fates(TENANT, BatchId::new(1), 1, 3)).unwrap();
    assert_eq!(fates, [Fate::Refused(RefusalCode::UnknownPayment); 3]);
    assert_eq!(block_on(world.store.batch_fates(TENANT, BatchId::new(1), 4, 9)).unwrap().len(), 1);
    assert_eq!(block_on(world.store.batch_fates(TENANT, BatchId::new(1), 5, 9)).unwrap(), []);
    let report = block_on(world.store.batch_refusals(TENANT, BatchId::new(1))).unwrap();
    assert_eq!(report.iter().map(|refusal| refusal.position).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(block_on(world.store.batch_entries(TENANT, BatchId::new(1))).unwrap(), without_texts(entries));
    world.assert_sound();
}

#[tokio::test]
async fn of_10_000_refused_entries_a_byte_each_stays_and_the_texts_of_the_first_100() {
    let world = World::new();
    let text = "x".repeat(1_000);
    let long = StatusEntry { text, ..entry(EntryStatus::Captured, 1) };
    let named = |at: u32| format!("nobody-of-this-psp-{at:017}");
    let entries: Vec<_> = (0..10_000).map(|at| of(&named(at), &long)).collect();
    commit(&world, accepted(new_batch(entries))).await.unwrap();
    let id = BatchId::new(1);
    for from in (0..10_000).step_by(500) {
        let step = BatchWrite {
            target: BatchTarget::Pending { id, next: from },
            refusals: (from..from + 500).map(|at| refusal(at, &named(at))).collect(),
            next: from + 500,
            ..accepted(new_batch(Vec::new()))
        };
        commit(&world, step).await.unwrap();
    }
    let fates = block_on(world.store.batch_fates(TENANT, id, 0, u32::MAX)).unwrap();
    assert_eq!(fates, [Fate::Refused(RefusalCode::UnknownPayment); 10_000]);
    assert_eq!(block_on(world.store.batch_refusals(TENANT, id)).unwrap().len(), 100);
    assert_eq!(block_on(world.store.batch_entries(TENANT, id)).unwrap().len(), 100);
    world.assert_sound();
    let connection = rusqlite::Connection::open(world.path()).unwrap();
    let sum = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let entries = sum("SELECT sum(length(entries)) FROM batch_entries");
    let fates = sum("SELECT sum(length(fates)) FROM batch_fate");
    let refusals = sum("SELECT sum(length(psp_transaction_id) + length(code) + length(detail)) FROM batch_refusal");
    assert!(entries + fates + refusals < 24_000, "{entries} {fates} {refusals}");
}

#[tokio::test]
async fn a_step_must_be_about_its_own_entries() {
    let world = World::new();
    let entries = vec![of("nobody", &entry(EntryStatus::Captured, 1)); 2];
    for position in [2, u32::MAX] {
        let write =
            BatchWrite { refusals: vec![refusal(position, "nobody")], next: 2, ..accepted(new_batch(entries.clone())) };
        assert!(matches!(commit(&world, write).await, Err(CommitFault::Refused(_))), "{position}");
    }
    assert_eq!(block_on(world.store.batches(TENANT, None, 10)).unwrap(), []);
}

#[tokio::test]
async fn requests_that_are_done_are_removed_by_age_and_the_newest_stays() {
    let world = World::new();
    let two = authorizing(&world).await;
    let capture = entry(EntryStatus::Captured, 100);
    let day = 24 * 60 * 60 * 1_000;
    let requested = |after_ms: i64, entries: Vec<BatchEntry>| NewBatch {
        accepted_at: NOW.plus_millis(after_ms),
        ..new_batch(entries)
    };
    let name = two.terms.psp_transaction_id.as_str();
    let waits = BatchWrite {
        payments: vec![decided(&two, Command::ParkEntry { amount: capture.amount })],
        parked: vec![ParkedEntry { payment: two.id, position: 0, entry: capture.clone() }],
        next: 1,
        ..accepted(requested(0, vec![of(name, &capture)]))
    };
    let refused = |at| BatchWrite {
        refusals: vec![refusal(0, "nobody")],
        next: 1,
        ..accepted(requested(at, vec![of("nobody", &capture)]))
    };
    let pending = accepted(requested(1, vec![of("nobody", &capture)]));
    for write in [waits, pending, refused(2), refused(day), refused(day + 1)] {
        commit(&world, write).await.unwrap();
    }
    let purge = |before| change(Write::Purge { rows: Expiring::Batches, before, limit: 500 });
    assert!(!block_on(world.store.has_expired(TENANT, Expiring::Batches, NOW)).unwrap());
    assert_eq!(world.store.commit(purge(NOW.plus_millis(day))).await, Ok(Committed::Purged(7)), "3 rows, and 4");
    let ids = || {
        block_on(world.store.batches(TENANT, None, 10)).unwrap().iter().map(|batch| batch.id.get()).collect::<Vec<_>>()
    };
    assert_eq!(ids(), [5, 4, 2], "what is not done has no age");
    assert!(block_on(world.store.has_expired(TENANT, Expiring::Batches, NOW.plus_millis(9 * day))).unwrap());
    assert_eq!(world.store.commit(purge(NOW.plus_millis(9 * day))).await, Ok(Committed::Purged(4)));
    assert!(!block_on(world.store.has_expired(TENANT, Expiring::Batches, NOW.plus_millis(9 * day))).unwrap());
    assert_eq!(ids(), [5, 2]);
    // The entry still has its turn, and nothing is said of it in a report that has gone.
    let two = world.read(two.id);
    let two = world.command(&two, Command::EndAttempt { attempt: AttemptNumber::One, answer: AttemptAnswer::Ok }).await;
    let taken = TakenEntry { batch: BatchId::new(1), position: 0, refusal: Some((RefusalCode::Other, "gone".into())) };
    let turn = decided(&two, Command::ApplyWaiting(capture)).taking(vec![taken]);
    world.store.commit(change(Write::Payments(vec![turn]))).await.unwrap();
    world.assert_sound();
}

#[tokio::test]
async fn a_byte_identical_request_within_24_hours_is_flagged() {
    let world = World::new();
    let entries = || vec![of("nobody", &entry(EntryStatus::Refunded, 5))];
    let day = 24 * 60 * 60 * 1_000;
    for (after_ms, digest, flagged) in
        [(0, 4, false), (1, 5, false), (day - 1, 4, true), (2 * day - 1, 4, false), (3 * day, 4, false)]
    {
        let accepted_at = NOW.plus_millis(after_ms);
        let new = NewBatch { accepted_at, digest: KeyedHash::new([digest; 32]), ..new_batch(entries()) };
        let Ok(Committed::Batch { repeated, .. }) = commit(&world, accepted(new)).await else { unreachable!() };
        assert_eq!(repeated, flagged, "after {after_ms} ms");
    }
}

#[tokio::test]
async fn a_step_with_a_stale_payment_leaves_the_batch_where_it_stood() {
    let world = World::new();
    let one = reserved(&world).await;
    let capture = entry(EntryStatus::Captured, 100);
    let write = BatchWrite {
        payments: vec![decided(&one, Command::ApplyEntry(capture.clone()))],
        next: 1,
        ..accepted(new_batch(vec![of(one.terms.psp_transaction_id.as_str(), &capture)]))
    };
    world.command(&one, Command::ApplyEntry(capture)).await;
    let counts = world.store.row_counts().unwrap();
    assert_eq!(commit(&world, write).await, Err(CommitFault::Stale(vec![one.id])));
    assert_eq!(world.store.row_counts().unwrap(), counts);
}
