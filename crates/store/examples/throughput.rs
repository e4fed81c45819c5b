//! Measures the store by itself: durable inits, whole payments and batch entries per second, with CPU and bytes written.
//!
//! `cargo run --release -p lommebok-store --example throughput -- DIRECTORY [CALLERS] [PAYMENTS]`. Linux only: CPU and bytes come
//! from `/proc/self`. It is no test: what it prints depends on the machine and on whoever else uses it.
#![expect(clippy::print_stdout, reason = "it prints what it measures")]
#![expect(clippy::disallowed_methods, reason = "it measures wall time; nothing else here reads a clock")]
#![expect(clippy::as_conversions, clippy::float_arithmetic, reason = "figures for a person")]
#![expect(clippy::cast_precision_loss, reason = "figures for a person")]
#![expect(clippy::arithmetic_side_effects, reason = "figures for a person")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use lommebok_domain::{
    Amount, AttemptAnswer, Binding, CardId, Command, EntryStatus, OperationStatus, Payment, PspId, ReturnId,
    StatusEntry, TenantId, Terms, Timestamp, UserId, decide,
};
use lommebok_store::{
    BatchEntry, BatchTarget, BatchWrite, Change, CommitStage, Committed, HashKey, KeyedHash, NewBatch, NewPayment,
    PaymentWrite, Sealed, Store, StoreOptions, Write,
};
use tokio::task::JoinSet;

const TENANT: TenantId = TenantId::new(1);
const PSP: PspId = PspId::new(1);
const NOW: Timestamp = Timestamp::from_millis(1_760_000_000_000);
/// Entries that one change applies.
const STEP: usize = 500;

static CHANGE: AtomicU64 = AtomicU64::new(1);
static SYNCS: AtomicU64 = AtomicU64::new(0);
static NAME: AtomicU64 = AtomicU64::new(1);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().expect("a directory for the database");
    let callers = arguments.next().map_or(64, |text| text.parse().expect("a number of callers"));
    let payments: u64 = arguments.next().map_or(200_000, |text| text.parse().expect("a number of payments"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime starts").block_on(run(&directory, callers, payments));
}

async fn run(directory: &str, callers: u64, payments: u64) {
    let mut options = StoreOptions::new(format!("sqlite:{directory}/throughput.db"), HashKey::new([9; 32]));
    options.commit_hook = Some(Arc::new(|stage| {
        if stage == CommitStage::AfterSync {
            SYNCS.fetch_add(1, Ordering::Relaxed);
        }
    }));
    if let Ok(kib) = std::env::var("CACHE_KIB") {
        options.sqlite.writer_cache_kib = kib.parse().expect("a number");
    }
    let store = Store::open(&options).expect("the store opens");
    let seed = std::process::id();
    if std::env::var_os("ONLY_WHOLE").is_none() {
        measure("init", payments, in_parallel(&store, callers, payments, move |store| init(store, seed))).await;
    }
    let whole = payments / 4;
    measure("init + 3 updates", whole, in_parallel(&store, callers, whole, move |store| whole_payment(store, seed)))
        .await;
    let reserved = reserve(&store, seed, payments / 10).await;
    measure("captures in changes of 500", payments / 10, capture(&store, reserved.clone())).await;
    let ids: Vec<_> = reserved.iter().map(|payment| payment.terms.psp_transaction_id.clone()).collect();
    let count = u64::try_from(ids.len()).expect("a count");
    measure("details", count, async {
        for id in &ids {
            let found = store.details_of_psp(TENANT, PSP, id, usize::MAX).await.expect("a read works");
            assert!(found.is_some());
        }
    })
    .await;
    measure("bulk read of 500", count, async {
        for ids in ids.chunks(STEP) {
            let ids: Vec<_> = ids.iter().collect();
            let found = store.payments_of_psp(TENANT, PSP, &ids).await.expect("a read works");
            assert!(found.iter().all(Option::is_some));
        }
    })
    .await;
    store.close();
}

async fn in_parallel<F, R>(store: &Store, callers: u64, count: u64, work: F)
where
    F: Fn(Store) -> R + Copy + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let left = Arc::new(AtomicU64::new(count));
    let mut tasks = JoinSet::new();
    for _caller in 0..callers {
        let (store, left) = (store.clone(), Arc::clone(&left));
        tasks.spawn(async move {
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                work(store.clone()).await;
            }
        });
    }
    tasks.join_all().await;
}

async fn init(store: Store, seed: u32) {
    new(&store, seed).await;
}

async fn new(store: &Store, seed: u32) -> Payment {
    let number = NAME.fetch_add(1, Ordering::Relaxed);
    let name = format!("{seed:08x}-5a1b-4c2d-9e3f-{number:012x}");
    let terms = Terms {
        created_at: NOW.plus_millis(i64::try_from(number / 10).expect("a time")),
        psp: PSP,
        ..Terms::sample(&name)
    };
    let terms = Arc::new(terms);
    let write = Write::NewPayment(NewPayment {
        terms: Arc::clone(&terms),
        push_to: Binding::Open,
        sealed_make_payment_token: Some(Sealed::new(vec![1; 60])),
        sealed_customer_number: Some(Sealed::new(vec![2; 41])),
    });
    match store.commit(change(write)).await {
        Ok(Committed::NewPayment(id)) => Payment::initiate(id, terms, Binding::Open),
        other => unreachable!("{other:?}"),
    }
}

async fn whole_payment(store: Store, seed: u32) {
    let payment = new(&store, seed).await;
    let now = payment.terms.created_at.plus_millis(10);
    let (user, card) = (UserId::new(1 + payment.id.get() % 1_000), CardId::new(1));
    let commands = [
        Command::OpenLink { user },
        Command::Approve { user, card },
        Command::OpenAttempt { return_id: ReturnId::new(7) },
    ];
    let mut before = payment;
    for command in commands {
        let write = PaymentWrite::new(&before, decide(&before, command, now).expect("it is possible"));
        before = write.transition.payment.clone();
        store.commit(change(Write::Payments(vec![write]))).await.expect("it is committed");
    }
}

/// Payments in RESERVED, to be captured.
async fn reserve(store: &Store, seed: u32, count: u64) -> Vec<Payment> {
    let mut reserved = Vec::new();
    for _wave in 0..count / 500 {
        let mut tasks = JoinSet::new();
        for _payment in 0..500 {
            let store = store.clone();
            tasks.spawn(async move { new(&store, seed).await });
        }
        reserved.append(&mut tasks.join_all().await);
    }
    reserved.sort_unstable_by_key(|payment| payment.id);
    for payments in reserved.chunks_mut(STEP) {
        let mut writes = Vec::new();
        for payment in payments {
            let before = payment.clone();
            let (user, card, now) = (UserId::new(1), CardId::new(1), NOW);
            let mut whole = decide(payment, Command::ForceApprove { user, card }, now).expect("it is possible");
            for command in [
                Command::OpenAttempt { return_id: ReturnId::new(7) },
                Command::EndAttempt { attempt: lommebok_domain::AttemptNumber::One, answer: AttemptAnswer::Ok },
            ] {
                let next = decide(&whole.payment, command, now).expect("it is possible");
                whole = whole.then(next, &before);
            }
            *payment = whole.payment.clone();
            writes.push(PaymentWrite::new(&before, whole));
        }
        store.commit(change(Write::Payments(writes))).await.expect("they are committed");
    }
    reserved
}

async fn capture(store: &Store, payments: Vec<Payment>) {
    for payments in payments.chunks(STEP) {
        let entry = StatusEntry {
            status: EntryStatus::Captured,
            amount: Amount::from_ore(100).expect("a good amount"),
            text: String::new(),
            operation: OperationStatus::Success,
        };
        let entries: Vec<_> = payments
            .iter()
            .map(|payment| BatchEntry {
                psp_transaction_id: payment.terms.psp_transaction_id.clone(),
                entry: entry.clone(),
            })
            .collect();
        let write = |payment| {
            PaymentWrite::new(
                payment,
                decide(payment, Command::ApplyEntry(entry.clone()), NOW).expect("it is possible"),
            )
        };
        let batch = BatchWrite {
            next: u32::try_from(entries.len()).expect("a count"),
            target: BatchTarget::New(NewBatch {
                psp: PSP,
                accepted_at: NOW,
                digest: KeyedHash::new([3; 32]),
                entries: entries.into(),
            }),
            payments: payments.iter().map(write).collect(),
            refusals: Vec::new(),
            parked: Vec::new(),
        };
        store.commit(change(Write::Batch(Box::new(batch)))).await.expect("it is committed");
    }
}

fn change(write: Write) -> Change {
    let number = u128::from(CHANGE.fetch_add(1, Ordering::Relaxed));
    Change {
        change_id: (u128::from(std::process::id()) << 64) | number,
        tenant: TENANT,
        clock_epoch: 0,
        idempotency: None,
        write,
    }
}

async fn measure(what: &str, count: u64, work: impl Future<Output = ()>) {
    let (cpu, written, started) = (cpu_micros(), written_bytes(), Instant::now());
    let (syncs, changes) = (SYNCS.load(Ordering::Relaxed), CHANGE.load(Ordering::Relaxed));
    work.await;
    let seconds = started.elapsed().as_secs_f64();
    let cpu = (cpu_micros() - cpu) as f64 / count as f64;
    let kilobytes = (written_bytes() - written) as f64 / 1_024.0 / count as f64;
    let mut line = String::new();
    let _written = write!(line, "{what:<28} {:>9.0}/s", count as f64 / seconds);
    let syncs = SYNCS.load(Ordering::Relaxed) - syncs;
    let changes = CHANGE.load(Ordering::Relaxed) - changes;
    println!("{line} {cpu:>8.1} µs CPU each {kilobytes:>7.1} KB written each, {changes} changes in {syncs} syncs");
}

/// User and system time of this process; the kernel counts in ticks of 10 ms.
fn cpu_micros() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit(") ").next().expect("a line").split(' ').collect();
    let ticks = |at: usize| fields.get(at).expect("a field").parse::<u64>().expect("a number");
    (ticks(11) + ticks(12)) * 10_000
}

fn written_bytes() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").expect("Linux");
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: ")).expect("a line");
    line.parse().expect("a number")
}
