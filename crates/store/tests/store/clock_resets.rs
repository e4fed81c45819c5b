//! A reset of business time: all of it or nothing, recorded, and nothing that was decided on the other time comes after it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lommebok_domain::{
    CancelledBy, Cause, Command, DueKind, Notice, NoticeKind, Payment, PaymentId, PspTransactionId, StatusEntry,
    Timestamp, decide,
};
use lommebok_store::{
    BatchEntry, BatchId, BatchTarget, BatchWrite, Change, ClockMode, ClockRecord, ClockReset, ClockResetEnded,
    ClockResetWrite, CommitFault, Committed, DueRow, KeyedHash, NewBatch, NewIdempotency, PaymentWrite, Seed,
    SessionWrite, Store, Write,
};
use pollster::block_on;

use crate::sign_ins::opened;
use crate::world::{NOW, PSP, TENANT, World, change, key, new, terms};

/// From a day after [`NOW`] to it.
const FROM: Timestamp = NOW.plus_millis(A_DAY_MS);
const A_DAY_MS: i64 = 86_400_000;

async fn seeded() -> World {
    let world = World::new();
    let seed = Seed { tenant_name: "default".to_owned(), at: NOW, psps: Vec::new(), users: Vec::new() };
    world.store.commit(change(Write::Seed(Box::new(seed)))).await.unwrap();
    world
}

/// A payment whose deadline passed at `at`: its notice is due.
async fn expired(world: &World, at: Timestamp) -> Payment {
    let payment = world.payment().await;
    let transition = decide(&payment, Command::PassDeadline, at).unwrap();
    let after = transition.payment.clone();
    world.store.commit(change(Write::Payments(vec![PaymentWrite::new(&payment, transition)]))).await.unwrap();
    after
}

fn moved(payment: &Payment) -> PaymentWrite {
    PaymentWrite::new(payment, decide(payment, Command::MoveNotice { by_ms: -A_DAY_MS }, FROM).unwrap())
}

fn reset(moved: Vec<PaymentWrite>) -> Change {
    change(Write::ResetClock(Box::new(ClockResetWrite { from: FROM, to: NOW, moved })))
}

fn due(store: &Store) -> Vec<DueRow> {
    block_on(store.due(TENANT, Timestamp::from_millis(i64::MAX), 100)).unwrap()
}

#[tokio::test]
async fn a_reset_moves_the_notices_ends_what_is_dated_later_and_is_kept_for_good() {
    let mut world = seeded().await;
    let payment = expired(&world, FROM.plus_millis(-500)).await;
    for (token, at) in [(1, NOW), (2, NOW.plus_millis(1)), (3, FROM)] {
        let open = opened(token, at);
        world.store.commit(change(open)).await.unwrap();
    }
    let clock = ClockRecord { mode: ClockMode::Frozen, offset_ms: 7, last: FROM };
    world.store.commit(change(Write::Clock(clock))).await.unwrap();

    let answer = world.store.commit(reset(vec![moved(&payment)])).await;
    let ended = ClockResetEnded { number: 1, sessions: 2, idempotency_keys: 0 };
    assert_eq!(answer, Ok(Committed::ClockReset(ended)));
    world.reopen();
    let at = FROM.plus_millis(-500 - A_DAY_MS);
    let after = world.read(payment.id);
    assert_eq!(after.notice, Notice::Due { kind: NoticeKind::Timeout, tries: 0, at });
    assert_eq!(after.version, payment.version + 1);
    assert_eq!(due(&world.store), [DueRow { at, payment: payment.id, kind: DueKind::Notice }]);
    let lives = |token: u8| block_on(world.store.session(&KeyedHash::new([token; 32]), NOW)).unwrap().is_some();
    assert_eq!([1, 2, 3].map(lives), [true, false, false]);
    let kept = block_on(world.store.tenant(TENANT)).unwrap().unwrap().clock;
    assert_eq!(kept, ClockRecord { mode: ClockMode::Real, offset_ms: 0, last: NOW });
    let recorded = ClockReset { number: 1, from: FROM, to: NOW, last_payment: payment.id };
    assert_eq!(block_on(world.store.clock_resets(TENANT, 10)).unwrap(), [recorded]);
    world.assert_sound();
}

#[tokio::test]
async fn idempotency_keys_that_are_dated_after_a_reset_are_free_and_earlier_ones_still_count() {
    let world = seeded().await;
    let kept = Change { idempotency: Some(key(1, 1)), ..change(new(terms("kept"))) };
    world.store.commit(kept).await.unwrap();
    let later = Change { idempotency: Some(NewIdempotency { at: FROM, ..key(2, 1) }), ..change(new(terms("later"))) };
    world.store.commit(later).await.unwrap();
    let payments = [world_payment(&world, 1), world_payment(&world, 2)];
    let mut writes = Vec::new();
    for payment in &payments {
        let cancel = Command::Cancel { by: CancelledBy::LandingPage, user: None };
        let after = world.command(payment, cancel).await;
        writes.push(moved(&after));
    }
    let Ok(Committed::ClockReset(ended)) = world.store.commit(reset(writes)).await else { unreachable!("it is reset") };
    assert_eq!(ended.idempotency_keys, 1);
    assert!(block_on(world.store.idempotency(TENANT, &key(1, 1))).unwrap().is_some());
    assert!(block_on(world.store.idempotency(TENANT, &NewIdempotency { at: FROM, ..key(2, 1) })).unwrap().is_none());
    world.assert_sound();
}

fn world_payment(world: &World, number: i64) -> Payment {
    world.read(PaymentId::new(number))
}

#[tokio::test]
async fn what_waits_to_be_applied_moves_and_what_was_applied_does_not() {
    let world = seeded().await;
    let entries = |id: &str| {
        let entry = StatusEntry {
            status: lommebok_domain::EntryStatus::Captured,
            amount: lommebok_domain::Amount::from_ore(1).unwrap(),
            text: String::new(),
            operation: lommebok_domain::OperationStatus::Success,
        };
        [BatchEntry { psp_transaction_id: PspTransactionId::new(id).unwrap(), entry }]
    };
    for (id, next) in [("waits", 0), ("applied", 1)] {
        let new =
            NewBatch { psp: PSP, accepted_at: FROM, digest: KeyedHash::new([4; 32]), entries: entries(id).into() };
        let write = BatchWrite {
            target: BatchTarget::New(new),
            payments: Vec::new(),
            refusals: Vec::new(),
            parked: Vec::new(),
            next,
        };
        world.store.commit(change(Write::Batch(Box::new(write)))).await.unwrap();
    }
    world.store.commit(reset(Vec::new())).await.unwrap();
    let batch = |number| block_on(world.store.batch(TENANT, BatchId::new(number))).unwrap().unwrap();
    assert_eq!([batch(1), batch(2)].map(|batch| (batch.accepted_at, batch.moved_ms)), [(FROM, -A_DAY_MS), (FROM, 0)]);
    // The next one with the same body comes "before" those, and repeats none of the last 24 h.
    let new =
        NewBatch { psp: PSP, accepted_at: NOW, digest: KeyedHash::new([4; 32]), entries: entries("again").into() };
    let write = BatchWrite {
        target: BatchTarget::New(new),
        payments: Vec::new(),
        refusals: Vec::new(),
        parked: Vec::new(),
        next: 1,
    };
    let later = Change { clock_epoch: 1, ..change(Write::Batch(Box::new(write))) };
    assert_eq!(world.store.commit(later).await, Ok(Committed::Batch { id: BatchId::new(3), repeated: false }));
}

#[tokio::test]
async fn a_reset_that_leaves_work_out_is_refused_and_writes_nothing() {
    let world = seeded().await;
    let [told, other] = [expired(&world, FROM).await, expired(&world, FROM).await];
    let rows = world.store.row_counts().unwrap();
    let stale = Err(CommitFault::Stale(Vec::new()));
    assert_eq!(world.store.commit(reset(vec![moved(&told)])).await, stale, "another notice is due");
    let tried = world.command(&other, Command::NoticeTried { delivered: Err(Cause::code("connect")) }).await;
    let outdated = reset(vec![moved(&told), moved(&other)]);
    assert_eq!(world.store.commit(outdated).await, Err(CommitFault::Stale(vec![other.id])), "it was tried meanwhile");
    let waiting = world.payment().await;
    let with_a_deadline = reset(vec![moved(&told), moved(&tried)]);
    assert_eq!(world.store.commit(with_a_deadline).await, Err(CommitFault::Stale(vec![waiting.id])));
    assert_eq!(world.read(told.id), told);
    assert_eq!(block_on(world.store.clock_resets(TENANT, 10)).unwrap(), []);
    let now = world.store.row_counts().unwrap();
    assert_eq!((rows["session"], rows["clock_reset"]), (now["session"], now["clock_reset"]));
    world.assert_sound();
}

#[tokio::test]
async fn what_was_decided_before_a_reset_is_refused_after_it_unless_it_has_no_date() {
    let world = seeded().await;
    let payment = expired(&world, FROM).await;
    world.store.commit(reset(vec![moved(&payment)])).await.unwrap();
    let payment = world.read(payment.id);
    let tried = || {
        let command = Command::NoticeTried { delivered: Ok(200) };
        Write::Payments(vec![PaymentWrite::new(&payment, decide(&payment, command, FROM).unwrap())])
    };
    let clock = ClockRecord { mode: ClockMode::Frozen, offset_ms: 0, last: FROM };
    let dated: [fn() -> Write; 2] = [|| new(terms("late-init")), || opened(5, FROM)];
    for write in dated.map(|write| write()).into_iter().chain([tried(), Write::Clock(clock)]) {
        assert_eq!(world.store.commit(change(write)).await, Err(CommitFault::ClockReset));
    }
    assert_eq!(
        world.store.commit(reset(Vec::new())).await,
        Err(CommitFault::ClockReset),
        "nor is it reset twice for one wish"
    );
    world.store.commit(change(Write::Session(SessionWrite::Close(KeyedHash::new([5; 32]))))).await.unwrap();
    world.store.commit(Change { clock_epoch: 1, ..change(tried()) }).await.unwrap();
    world.assert_sound();
}

#[tokio::test]
async fn a_reset_that_could_not_be_stored_has_not_happened() {
    let broken = Arc::new(AtomicBool::new(false));
    let fails = Arc::clone(&broken);
    let world = World::with(|options| {
        options.fault_hook = Some(Arc::new(move |_| fails.load(Ordering::SeqCst).then(|| "full".to_owned())));
    });
    let seed = Seed { tenant_name: "default".to_owned(), at: NOW, psps: Vec::new(), users: Vec::new() };
    world.store.commit(change(Write::Seed(Box::new(seed)))).await.unwrap();
    broken.store(true, Ordering::SeqCst);
    let answer = world.store.commit(reset(Vec::new())).await;
    assert!(matches!(answer, Err(CommitFault::Unavailable(_))), "{answer:?}");
    broken.store(false, Ordering::SeqCst);
    let payment = world.payment().await;
    assert_eq!(world.read(payment.id).version, 1, "the old epoch still counts");
}
