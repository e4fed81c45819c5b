//! P3: what sharing a transaction is worth: 64 callers of the store alone, once as it runs, once with a transaction and a
//! sync for each request.
//!
//! The same code, the same rows, one writer in both: only the number of changes that a commit may take differs. A pool of
//! connections that wait for SQLite's lock would make the comparison more flattering, not more honest.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use anyhow::Context as _;
use lommebok_domain::{
    Amount, Binding, Entrance, MerchantId, MerchantOrderId, Msn, PspId, PspTransactionId, TenantId, Terms, Timestamp,
};
use lommebok_store::{Change, HashKey, NewPayment, Sealed, Store, StoreOptions, Write};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::AT;
use crate::figures::{Figure, GROUP_COMMIT};
use crate::identifiers::{self, Serials};
use crate::measured::{float, median};
use crate::report::Report;

const TENANT: TenantId = TenantId::new(1);
const BEGINNING: Timestamp = Timestamp::from_millis(1_777_888_800_000);

/// Inits of one run: the same for both, or the faster one would be punished with the larger database.
const INITS: u64 = 60_000;

/// Runs of each.
const RUNS: usize = 3;

pub(super) async fn measure_all(report: &mut Report, server: &Path) -> anyhow::Result<()> {
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        alone.push(inits_per_second(server, Some(1)).await?);
        together.push(inits_per_second(server, None).await?);
    }
    let (alone, together) = (median(alone), median(together));
    eprintln!("the store alone, {AT} callers: {alone:.0}/s with a transaction each, {together:.0}/s in groups");
    report.figures.push(Figure::new(GROUP_COMMIT, together / alone));
    Ok(())
}

/// Durable inits per second into a new database. It lies where the server's does.
async fn inits_per_second(server: &Path, changes_per_commit: Option<usize>) -> anyhow::Result<f64> {
    let beside = server.parent().context("the server lies in a folder")?;
    let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(beside)?;
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let mut options = StoreOptions::new(url, HashKey::new([7; 32]));
    if let Some(most) = changes_per_commit {
        options.max_changes_per_commit = most;
    }
    let store = Store::open(&options)?;
    let serials = Rc::new(Serials::default());
    let mut callers = JoinSet::new();
    let begun = Instant::now();
    for _ in 0..AT {
        let (store, serials) = (store.clone(), Rc::clone(&serials));
        callers.spawn_local(async move {
            while serials.count() < INITS {
                store.commit(init(serials.next())?).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    Ok(float(INITS) / begun.elapsed().as_secs_f64())
}

/// The change that the server makes of our init.
fn init(serial: u64) -> anyhow::Result<Change> {
    let terms = Terms {
        tenant: TENANT,
        psp: PspId::new(1),
        merchant: MerchantId::new(1),
        msn: Msn::new("100001").context("six digits")?,
        psp_transaction_id: PspTransactionId::new(&identifiers::transaction(serial)).context("a good id")?,
        merchant_order_id: MerchantOrderId::new(&identifiers::order(serial)).context("a good id")?,
        amount: Amount::from_ore(49_900).context("a good amount")?,
        created_at: BEGINNING.plus_millis(i64::try_from(serial)?),
        psp_redirect_url: "https://shop.example.com/page-seen-after".to_owned(),
        make_payment_url: "http://127.0.0.1:40000/makePayment".to_owned(),
        payment_text: "One hundred and one things for the kitchen, the cellar and the boat. ".repeat(2),
        entrance: Entrance::LandingPage,
    };
    let write = Write::NewPayment(NewPayment {
        terms: Arc::new(terms),
        push_to: Binding::Open,
        sealed_make_payment_token: Some(Sealed::new(vec![1; 61])),
        sealed_customer_number: Some(Sealed::new(vec![2; 37])),
    });
    Ok(Change { change_id: u128::from(serial), tenant: TENANT, clock_epoch: 0, idempotency: None, write })
}
