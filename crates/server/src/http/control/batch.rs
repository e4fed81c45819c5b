//! `/control/v1/batch`: run what waits now, and report what came of it.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lommebok_control_api as wire;
use lommebok_control_api::{BatchEntry, BatchHead, BatchQuery, BatchReport, BatchReportQuery, BatchWithEntries};
use lommebok_control_api::{EntryFate, KeptRefusal, RefusedEntry, RunBatches};
use lommebok_engine::operations::Whose;
use lommebok_engine::wallet::Wallet;
use lommebok_store::{Batch, BatchId, BatchRefusal, Fate};

use super::Control;
use super::problem::Problem;
use super::view::moment;
use crate::http::Answer;

/// Batches in one report.
const BATCHES_REPORTED: u32 = 50;
/// Entries of one batch on one page.
const ENTRIES_PER_PAGE: u32 = 500;

#[utoipa::path(
    post,
    path = "/control/v1/batch/run",
    tag = "batch",
    operation_id = "runBatches",
    summary = "Applies what waits",
    responses((status = 200, description = "The requests that this call ended.", body = RunBatches))
)]
pub(super) async fn run(State(control): State<Control>) -> Result<Answer<RunBatches>, Problem> {
    let applied = control.wallet.status_updates.run_now().await?;
    let wallet = control.wallet.clone();
    let report = async move { Ok(Answer(RunBatches { batches: reported(&wallet, &applied).await? })) };
    control.wallet.long_work.read(Whose::Operator, report).await?
}

#[utoipa::path(
    get,
    path = "/control/v1/batch/report",
    tag = "batch",
    operation_id = "reportBatches",
    summary = "Accepted updatestatus requests, newest first",
    params(BatchReportQuery),
    responses((status = 200, description = "A page of them.", body = BatchReport))
)]
pub(super) async fn report(
    State(control): State<Control>,
    page: Result<Query<BatchReportQuery>, QueryRejection>,
) -> Result<Answer<BatchReport>, Problem> {
    let Query(page) = page?;
    let wallet = control.wallet.clone();
    let before = page.before.map(BatchId::new);
    let report = async move {
        let batches = wallet.status_updates.batches(before, BATCHES_REPORTED).await?;
        let full = u32::try_from(batches.len()).is_ok_and(|len| len >= BATCHES_REPORTED);
        let next = batches.last().filter(|_| full).map(|batch| batch.id.get());
        Ok(Answer(BatchReport { batches: reported(&wallet, &batches).await?, before: next }))
    };
    control.wallet.long_work.read(Whose::Operator, report).await?
}

/// One batch, with each entry that has had its turn and was not applied, a page at a time.
#[utoipa::path(
    get,
    path = "/control/v1/batch/{id}",
    tag = "batch",
    operation_id = "showBatch",
    summary = "One request, with each entry that was refused or waits",
    params(("id" = i64, Path, description = "The wallet's number for it."), BatchQuery),
    responses(
        (status = 200, description = "The request, and a page of such entries.", body = BatchWithEntries),
        (status = 404, description = "There is no such request.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn show(
    State(control): State<Control>,
    id: Result<Path<String>, PathRejection>,
    entries: Result<Query<BatchQuery>, QueryRejection>,
) -> Result<Answer<BatchWithEntries>, Problem> {
    let Query(BatchQuery { from }) = entries?;
    let updates = &control.wallet.status_updates;
    let batch = the_one(&control.wallet, id).await?;
    let fates = updates.fates(batch.id, from, ENTRIES_PER_PAGE).await?;
    let refusals = updates.refusals(batch.id).await?;
    let not_applied = (from..).zip(&fates).filter_map(|(position, fate)| entry(position, *fate, &refusals)).collect();
    let next = from.saturating_add(u32::try_from(fates.len()).unwrap_or(u32::MAX));
    let from = (next > from && next < batch.next).then_some(next);
    Ok(Answer(BatchWithEntries { head: head(&batch), not_applied, from }))
}

/// The request with this number, spelled as we spell it.
pub(super) async fn the_one(wallet: &Wallet, id: Result<Path<String>, PathRejection>) -> Result<Batch, Problem> {
    let id = id.map(|Path(id)| id).unwrap_or_default();
    let number = id.parse().ok().filter(|number: &i64| number.to_string() == id).map(BatchId::new);
    let batch = match number {
        Some(id) => wallet.status_updates.batch(id).await?,
        None => None,
    };
    batch.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "there is no such request of updatestatus".to_owned()))
}

async fn reported(wallet: &Wallet, batches: &[Batch]) -> Result<Vec<wire::Batch>, Problem> {
    let mut reported = Vec::with_capacity(batches.len());
    for batch in batches {
        reported.push(one(wallet, batch).await?);
    }
    Ok(reported)
}

/// A batch with how many of its entries were refused, and the first of them.
pub(super) async fn one(wallet: &Wallet, batch: &Batch) -> Result<wire::Batch, Problem> {
    let updates = &wallet.status_updates;
    let fates = updates.fates(batch.id, 0, u32::MAX).await?;
    let count =
        |wanted: fn(&Fate) -> bool| u64::try_from(fates.iter().filter(|fate| wanted(fate)).count()).unwrap_or(u64::MAX);
    Ok(wire::Batch {
        head: head(batch),
        refused_entries: count(|fate| matches!(fate, Fate::Refused(_))),
        waiting_entries: count(|fate| *fate == Fate::Waiting),
        refused: updates.refusals(batch.id).await?.into_iter().map(refused).collect(),
    })
}

pub(super) fn head(batch: &Batch) -> BatchHead {
    BatchHead {
        id: batch.id.get(),
        accepted_at: moment(batch.accepted_at),
        entries: batch.count,
        applied: batch.next,
        finished: batch.finished,
        same_body_within_24h: batch.repeated,
    }
}

/// An entry that waits or was refused; of the first refused ones payment and reason are known besides the code.
fn entry(position: u32, fate: Fate, refusals: &[BatchRefusal]) -> Option<BatchEntry> {
    let fate = match fate {
        Fate::Applied => return None,
        Fate::Waiting => EntryFate::Waits,
        Fate::Refused(code) => {
            let known = refusals.binary_search_by_key(&position, |refusal| refusal.position);
            let known = known.ok().and_then(|at| refusals.get(at));
            let kept = known.map(|refusal| KeptRefusal {
                psp_transaction_id: refusal.psp_transaction_id.as_str().to_owned(),
                reason: refusal.detail.clone(),
            });
            EntryFate::Refused { code: known.map_or(code, |refusal| refusal.code).as_str().to_owned(), kept }
        }
    };
    Some(BatchEntry { position, fate })
}

fn refused(refusal: BatchRefusal) -> RefusedEntry {
    RefusedEntry {
        position: refusal.position,
        psp_transaction_id: refusal.psp_transaction_id.as_str().to_owned(),
        code: refusal.code.as_str().to_owned(),
        reason: refusal.detail,
    }
}
