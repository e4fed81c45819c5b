//! P8: what ten million payments cost that are there already: inits and details per CPU-second, against a wallet that holds
//! nearly none, in turns; and how soon the server is ready after `kill -9`. Only on request, since it takes half an hour.
//!
//! The payments are put there through the store, not over HTTP, and the store's own check ends that: what is measured is a
//! database as the server would have left it. All are final, so that nothing is due.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lommebok_domain::{
    Binding, Command, EntryStatus, MerchantOrderId, OperationStatus, Payment, PspTransactionId, StatusEntry, TenantId,
    Terms, decide,
};
use lommebok_store::{
    Change, Committed, HashKey, NewPayment, PaymentFilter, PaymentWrite, Sealed, Store, StoreOptions, Write,
};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::turns::{Side, in_turns};
use super::{AT, Options, Room, details, init, payment};
use crate::connection::Connection;
use crate::figures::{Figure, MANY_DETAILS, MANY_INITS, MANY_READY};
use crate::identifiers;
use crate::load::{Load, Pace, measure};
use crate::measured::median;
use crate::psp::Psp;
use crate::report::Report;

/// The sandbox's own world.
const TENANT: TenantId = TenantId::new(1);
/// Payments that are made together, and loaders that do so: as many as the store lets one PSP wait.
const TOGETHER: u64 = 256;
const LOADERS: u64 = 3;
/// Payments of the small wallet.
const FEW: usize = 10_000;
/// How often it is killed.
const KILLS: usize = 3;

pub(super) async fn measure_all(report: &mut Report, options: &Options, psp: &Psp) -> anyhow::Result<()> {
    let few = Room::open(options, psp).await?;
    let captured = payment::captured(&few, FEW).await?;
    let mut many = Room::open(options, psp).await?;
    init_template(&many).await?;
    many = many.refilled(async |folder| fill(folder, options.payments).await).await?;
    many.serials.skip_to(options.payments.saturating_add(1));
    let loaded = 1..options.payments;
    let load = Load::closed(AT);
    let side = |room| Side { target: Room::target(room), load, step: || details::one(room, loaded.clone()) };
    let few_details = Side { target: few.target(), load, step: || details::one(&few, captured.clone()) };
    let compared = in_turns(few_details, side(&many), few.pace).await?;
    report.figures.push(Figure::of_pairs(MANY_DETAILS, &compared.ratios(|measured| measured.cpu_micros)));
    let step = |room| move || init::one(room);
    let few_inits = Side { target: few.target(), load, step: step(&few) };
    let many_inits = Side { target: many.target(), load, step: step(&many) };
    let compared = in_turns(few_inits, many_inits, few.pace).await?;
    super::keep(report, format!("init among few payments, {AT} connections"), compared.first());
    super::keep(report, format!("init among {} payments, {AT} connections", options.payments), compared.second());
    report.figures.push(Figure::of_pairs(MANY_INITS, &compared.ratios(|measured| measured.cpu_micros)));
    let seconds = ready_after_kills(many).await?;
    eprintln!("ready after kill -9: {seconds:.2?} s");
    report.figures.push(Figure::new(MANY_READY, median(seconds)));
    Ok(())
}

/// The payment whose terms all others get, but for their ids.
pub(super) async fn init_template(room: &Room) -> anyhow::Result<()> {
    let mut connection = Connection::open(room.wallet.address).await?;
    connection.expect_ok(room.requests.init(0)).await?;
    Ok(())
}

async fn ready_after_kills(mut room: Room) -> anyhow::Result<Vec<f64>> {
    let mut seconds = Vec::with_capacity(KILLS);
    for _ in 0..KILLS {
        let pace = Pace { runs: 1, ..room.pace };
        measure(&room.target(), Load::closed(AT), pace, init::one(&room)).await?;
        let (restarted, ready) = room.killed_and_restarted().await?;
        room = restarted;
        seconds.push(ready.as_secs_f64());
    }
    Ok(seconds)
}

/// Puts `count` final payments into the database of a wallet that is stopped, and lets the store check all of it.
pub(super) async fn fill(folder: &Path, count: u64) -> anyhow::Result<()> {
    let url = format!("sqlite:{}", folder.join("lommebok.db").display());
    let store = Store::open(&StoreOptions::new(url, hash_key(folder)?))?;
    let template = store.payments(TENANT, PaymentFilter::All, None, 1).await?.payments;
    let template = Arc::clone(&template.first().context("there is one payment")?.terms);
    let (begun, next) = (Instant::now(), Rc::new(Cell::new(1)));
    let mut loaders = JoinSet::new();
    for _ in 0..LOADERS {
        loaders.spawn_local(load_on(store.clone(), Arc::clone(&template), Rc::clone(&next), count));
    }
    while let Some(ended) = loaders.join_next().await {
        ended??;
    }
    eprintln!("{count} payments put there in {:.0} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let report = store.check()?;
    anyhow::ensure!(report.faults.is_empty(), "the store's check finds {:?}", report.faults);
    eprintln!("{} payments checked in {:.0} s", report.payments, begun.elapsed().as_secs_f64());
    store.close();
    Ok(())
}

/// Takes the next few serials until there is none: makes their payments, and cancels them as their PSP does.
async fn load_on(store: Store, template: Arc<Terms>, next: Rc<Cell<u64>>, end: u64) -> anyhow::Result<()> {
    loop {
        let from = next.get();
        let to = from.saturating_add(TOGETHER).min(end);
        if from >= to {
            return Ok(());
        }
        next.set(to);
        let mut made = Vec::with_capacity(usize::try_from(TOGETHER)?);
        for serial in from..to {
            let terms = Arc::new(terms_of(&template, serial)?);
            let new = NewPayment {
                terms: Arc::clone(&terms),
                push_to: Binding::Open,
                sealed_make_payment_token: Some(Sealed::new(vec![1; 61])),
                sealed_customer_number: Some(Sealed::new(vec![2; 37])),
            };
            made.push((terms, store.commit(change(serial, Write::NewPayment(new)))));
        }
        let mut cancelled = Vec::with_capacity(made.len());
        for (terms, committing) in made {
            let Committed::NewPayment(id) = committing.await? else { anyhow::bail!("no new payment") };
            cancelled.push(cancel(&Payment::initiate(id, terms, Binding::Open))?);
        }
        store.commit(change(u64::MAX.wrapping_sub(from), Write::Payments(cancelled))).await?;
    }
}

fn change(id: u64, write: Write) -> Change {
    Change { change_id: u128::from(id), tenant: TENANT, clock_epoch: 0, idempotency: None, write }
}

fn terms_of(template: &Terms, serial: u64) -> anyhow::Result<Terms> {
    Ok(Terms {
        psp_transaction_id: PspTransactionId::new(&identifiers::transaction(serial)).context("a good id")?,
        merchant_order_id: MerchantOrderId::new(&identifiers::order(serial)).context("a good id")?,
        ..template.clone()
    })
}

fn cancel(payment: &Payment) -> anyhow::Result<PaymentWrite> {
    let entry = StatusEntry {
        status: EntryStatus::Cancelled,
        amount: payment.terms.amount,
        text: String::new(),
        operation: OperationStatus::Success,
    };
    let at = payment.terms.created_at.plus_millis(1_000);
    Ok(PaymentWrite::new(payment, decide(payment, Command::ApplyEntry(entry), at)?))
}

/// The key by which the database hashes its natural keys: the server's.
fn hash_key(folder: &Path) -> anyhow::Result<HashKey> {
    let keys: toml::Table = std::fs::read_to_string(folder.join("master-keys.toml"))?.parse()?;
    let pepper = keys.get("lookup_pepper").and_then(toml::Value::as_str).context("the file holds a lookup_pepper")?;
    let bytes = STANDARD.decode(pepper)?;
    Ok(HashKey::new(bytes.as_slice().try_into().context("it has 32 bytes")?))
}
