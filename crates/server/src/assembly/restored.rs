//! A database that was restored from a backup: distinguished from the one that it replaces, and accepted by an operator (ADR 0014).

use lommebok_domain::{PaymentId, StateName, Timestamp};
use lommebok_engine::fault::Fault;
use lommebok_engine::operations::Remembering;
use lommebok_store::{CheckReport, OlderDatabase};

use super::start_fault::StartFault;
use super::stopped::{Silent, StoppedFault, held, silent_wallet};
use crate::config::DevConfig;

/// What came of accepting a database.
#[derive(Debug)]
pub enum Acceptance {
    /// It is not older than its data directory remembers: nothing was done.
    NothingToAccept,
    /// It is not sound: nothing was done.
    Unsound(CheckReport),
    Accepted(Box<Accepted>),
}

/// A database that was accepted.
#[derive(Debug)]
pub struct Accepted {
    /// What it lacks.
    pub older: OlderDatabase,
    /// When that was written down (business time): what is missing happened until then.
    pub remembered_at: Timestamp,
    /// The first payments that were ended, newest first.
    pub named: Vec<EndedPayment>,
    /// How many were ended.
    pub ended: u64,
    /// The next payment's number.
    pub next_payment: PaymentId,
}

/// A payment that was ended.
#[derive(Debug)]
pub struct EndedPayment {
    /// Our number.
    pub id: PaymentId,
    /// Its PSP's name.
    pub psp: String,
    pub psp_transaction_id: String,
    /// Its amount, in øre.
    pub amount_ore: i64,
    /// What it was before.
    pub state: StateName,
}

/// Accepts the database of a stopped server that is older than its data directory remembers: ends what is not final, skips the
/// numbers that may have been given, and remembers the database as it is now.
///
/// # Errors
/// [`StoppedFault`]; doing it again is harmless and goes on, also after a crash in the middle.
pub async fn accept_restored(config: &DevConfig) -> Result<Acceptance, StoppedFault> {
    let directory = held(config)?;
    let kept = directory.watermark().map_err(StartFault::from)?;
    let Some(kept) = kept else { return Ok(Acceptance::NothingToAccept) };
    let Silent { wallet, store } = silent_wallet(config, &directory, None).await?;
    let Some(older) = store.older_than(&kept.watermark).map_err(StartFault::from)? else {
        store.close();
        return Ok(Acceptance::NothingToAccept);
    };
    let report = store.check().map_err(StartFault::from)?;
    if !report.faults.is_empty() {
        store.close();
        return Ok(Acceptance::Unsound(report));
    }
    let psps = store.psps().await.map_err(StartFault::from)?;
    let ended = wallet.restored.end_payments().await.map_err(StartFault::from)?;
    wallet.restored.skip_numbers(&kept.watermark).await.map_err(StartFault::from)?;
    store.close();
    // The last thing: until then the database is still one that is to be accepted.
    Remembering::within(directory, store.clone(), wallet.clock.clone()).remember().map_err(StartFault::from)?;
    let name = |id| psps.iter().find(|psp| psp.id == id).map(|psp| psp.name.clone()).unwrap_or_default();
    let named = ended.named.iter().map(|payment| EndedPayment {
        id: payment.id,
        psp: name(payment.terms.psp),
        psp_transaction_id: payment.terms.psp_transaction_id.as_str().to_owned(),
        amount_ore: payment.terms.amount.ore(),
        state: payment.state.name(),
    });
    Ok(Acceptance::Accepted(Box::new(Accepted {
        older,
        remembered_at: kept.at,
        named: named.collect(),
        ended: ended.count,
        next_payment: PaymentId::new(store.watermark().payment.get().saturating_add(1)),
    })))
}

impl From<Fault> for StoppedFault {
    fn from(fault: Fault) -> Self {
        Self::Start(fault.into())
    }
}
