//! `/control/v1/batch` and `/control/v1/batch/{id}/entries`: accepted requests with the fates of their entries in numbers, and each
//! entry with its own.

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use lommebok_control_api as wire;
use lommebok_control_api::{BatchEntries, BatchEntriesQuery, BatchList, BatchListQuery, CountedBatch, FateCounts};
use lommebok_engine::operations::Whose;
use lommebok_engine::wallet::Wallet;
use lommebok_store::{Batch, BatchEntry, BatchId, BatchRefusal, Fate};

use super::Control;
use super::batch::{head, the_one};
use super::problem::Problem;
use crate::http::Answer;

/// Requests on one page at most.
const MOST_BATCHES: u32 = 50;
/// Entries on one page at most.
const MOST_ENTRIES: u32 = 500;
/// Entries that one page looks at.
const LOOKED_AT: u32 = 50_000;

#[utoipa::path(
    get,
    path = "/control/v1/batch",
    tag = "batch",
    operation_id = "listBatches",
    summary = "Accepted updatestatus requests, newest first, with how many entries had which fate",
    params(BatchListQuery),
    responses((status = 200, description = "A page of them.", body = BatchList))
)]
pub(super) async fn list(
    State(control): State<Control>,
    listed: Result<Query<BatchListQuery>, QueryRejection>,
) -> Result<Answer<BatchList>, Problem> {
    let Query(BatchListQuery { before, limit }) = listed?;
    let limit = within(limit, MOST_BATCHES)?;
    let (wallet, before) = (Arc::clone(&control.wallet), before.map(BatchId::new));
    let listing = async move {
        let batches = wallet.status_updates.batches(before, limit).await?;
        let is_full = u32::try_from(batches.len()).is_ok_and(|len| len >= limit);
        let before = batches.last().filter(|_| is_full).map(|batch| batch.id.get());
        let mut counted = Vec::with_capacity(batches.len());
        for batch in &batches {
            let fates = wallet.status_updates.fates(batch.id, 0, u32::MAX).await?;
            counted.push(CountedBatch { head: head(batch), psp: batch.psp.get(), fates: counts(batch, &fates) });
        }
        Ok(Answer(BatchList { batches: counted, before }))
    };
    control.wallet.long_work.read(Whose::Operator, listing).await?
}

fn counts(batch: &Batch, fates: &[Fate]) -> FateCounts {
    let mut counts = FateCounts::default();
    let one_more = |count: &mut u64| *count = count.saturating_add(1);
    for fate in fates {
        match fate {
            Fate::Applied => one_more(&mut counts.applied),
            Fate::Waiting => one_more(&mut counts.waits),
            Fate::Refused(code) => {
                one_more(&mut counts.refused);
                one_more(counts.refused_by_code.entry(code.as_str().to_owned()).or_default());
            }
        }
    }
    let had_their_turn = u64::try_from(fates.len()).unwrap_or(u64::MAX);
    counts.not_yet = u64::from(batch.count).saturating_sub(had_their_turn);
    counts
}

#[utoipa::path(
    get,
    path = "/control/v1/batch/{id}/entries",
    tag = "batch",
    operation_id = "listBatchEntries",
    summary = "The entries of a request, each with its fate",
    params(("id" = i64, Path, description = "The wallet's number for it."), BatchEntriesQuery),
    responses(
        (status = 200, description = "The request, and a page of its entries.", body = BatchEntries),
        (status = 404, description = "There is no such request.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn entries(
    State(control): State<Control>,
    id: Result<Path<String>, PathRejection>,
    listed: Result<Query<BatchEntriesQuery>, QueryRejection>,
) -> Result<Answer<BatchEntries>, Problem> {
    let Query(asked) = listed?;
    let limit = within(asked.limit, MOST_ENTRIES)?;
    let batch = the_one(&control.wallet, id).await?;
    let wallet = Arc::clone(&control.wallet);
    let listing = async move { Ok(Answer(page(&wallet, &batch, asked, limit).await?)) };
    control.wallet.long_work.read(Whose::Operator, listing).await?
}

async fn page(
    wallet: &Wallet,
    batch: &Batch,
    BatchEntriesQuery { fate: wanted, from, .. }: BatchEntriesQuery,
    limit: u32,
) -> Result<BatchEntries, Problem> {
    let updates = &wallet.status_updates;
    let fates = updates.fates(batch.id, from, LOOKED_AT).await?;
    let kept = Kept { entries: updates.entries(batch.id).await?, refusals: updates.refusals(batch.id).await? };
    let (limit, until) =
        (usize::try_from(limit).unwrap_or(usize::MAX), from.saturating_add(LOOKED_AT).min(batch.count));
    let (mut page, mut next, mut fates) = (Vec::new(), from, fates.into_iter());
    while next < until && page.len() < limit {
        let entry = kept.entry(next, fates.next());
        if wanted.is_none_or(|wanted| entry.fate == wanted) {
            page.push(entry);
        }
        next = next.saturating_add(1);
    }
    let from = (next < batch.count).then_some(next);
    Ok(BatchEntries { head: head(batch), page, from })
}

/// What is kept of a request's entries besides their fates.
struct Kept {
    entries: Vec<BatchEntry>,
    refusals: Vec<BatchRefusal>,
}

impl Kept {
    fn entry(&self, position: u32, fate: Option<Fate>) -> wire::Entry {
        let entry = usize::try_from(position).ok().and_then(|place| self.entries.get(place));
        let refusal = self.refusals.binary_search_by_key(&position, |refusal| refusal.position);
        let refusal = refusal.ok().and_then(|place| self.refusals.get(place));
        let (fate, code) = match fate {
            None => (wire::Fate::NotYet, None),
            Some(Fate::Applied) => (wire::Fate::Applied, None),
            Some(Fate::Waiting) => (wire::Fate::Waits, None),
            Some(Fate::Refused(code)) => {
                let code = refusal.map_or(code, |refusal| refusal.code);
                (wire::Fate::Refused, Some(code.as_str().to_owned()))
            }
        };
        let named = entry.map(|entry| &entry.psp_transaction_id);
        let named = named.or_else(|| refusal.map(|refusal| &refusal.psp_transaction_id));
        wire::Entry {
            position,
            fate,
            code,
            reason: refusal.map(|refusal| refusal.detail.clone()),
            psp_transaction_id: named.map(|id| id.as_str().to_owned()),
            status: entry.map(|entry| entry.entry.status.as_str().to_owned()),
            amount: entry.map(|entry| entry.entry.amount.ore()),
        }
    }
}

fn within(asked: Option<u32>, most: u32) -> Result<u32, Problem> {
    let limit = asked.unwrap_or(most);
    let wrong = || Problem::bad_request(format!("limit must be from 1 to {most}"));
    (1..=most).contains(&limit).then_some(limit).ok_or_else(wrong)
}
