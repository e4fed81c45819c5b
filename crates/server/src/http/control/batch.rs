//! `/control/v1/batch`: run what waits now, and report what came of it.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lommebok_engine::clock::time_text;
use lommebok_engine::operations::Whose;
use lommebok_engine::wallet::Wallet;
use lommebok_store::{Batch, BatchId, BatchRefusal, Fate};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Control;
use super::problem::Problem;

/// Batches in one report.
const BATCHES_REPORTED: u32 = 50;
/// Entries of one batch on one page.
const ENTRIES_PER_PAGE: u32 = 500;

/// Which page of the report.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    before: Option<i64>,
}

/// Which page of a batch's entries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entries {
    #[serde(default)]
    from: u32,
}

pub(super) async fn run(State(control): State<Control>) -> Result<Json<Value>, Problem> {
    let applied = control.wallet.status_updates.run_now().await?;
    let wallet = control.wallet.clone();
    let report = move || Ok(Json(json!({"batches": reported(&wallet, &applied)?})));
    control.wallet.long_work.run(Whose::Operator, report).await?
}

pub(super) async fn report(
    State(control): State<Control>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(page) = page?;
    let wallet = control.wallet.clone();
    let before = page.before.map(BatchId::new);
    let report = move || {
        let batches = wallet.status_updates.batches(before, BATCHES_REPORTED)?;
        let full = u32::try_from(batches.len()).is_ok_and(|len| len >= BATCHES_REPORTED);
        let next = batches.last().filter(|_| full).map(|batch| batch.id.get());
        Ok(Json(json!({"batches": reported(&wallet, &batches)?, "before": next})))
    };
    control.wallet.long_work.run(Whose::Operator, report).await?
}

/// One batch, with each entry that has had its turn and was not applied, a page at a time.
pub(super) async fn show(
    State(control): State<Control>,
    id: Result<Path<String>, PathRejection>,
    entries: Result<Query<Entries>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(Entries { from }) = entries?;
    let id = id.map(|Path(id)| id).unwrap_or_default();
    let updates = &control.wallet.status_updates;
    let number = id.parse().ok().filter(|number: &i64| number.to_string() == id).map(BatchId::new);
    let batch = number.map(|id| updates.batch(id)).transpose()?.flatten();
    let batch = batch
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "there is no such request of updatestatus".to_owned()))?;
    let fates = updates.fates(batch.id, from, ENTRIES_PER_PAGE)?;
    let refusals = updates.refusals(batch.id)?;
    let entries: Vec<Value> =
        (from..).zip(&fates).filter_map(|(position, fate)| entry(position, *fate, &refusals)).collect();
    let next = from.saturating_add(u32::try_from(fates.len()).unwrap_or(u32::MAX));
    let mut shown = head(&batch);
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("notApplied".to_owned(), entries.into());
        fields.insert("from".to_owned(), (next > from && next < batch.next).then_some(next).into());
    }
    Ok(Json(shown))
}

fn reported(wallet: &Wallet, batches: &[Batch]) -> Result<Vec<Value>, Problem> {
    batches.iter().map(|batch| one(wallet, batch)).collect()
}

/// A batch with how many of its entries were refused, and the first of them.
fn one(wallet: &Wallet, batch: &Batch) -> Result<Value, Problem> {
    let updates = &wallet.status_updates;
    let fates = updates.fates(batch.id, 0, u32::MAX)?;
    let count = |wanted: fn(&Fate) -> bool| fates.iter().filter(|fate| wanted(fate)).count();
    let refusals = updates.refusals(batch.id)?;
    let mut shown = head(batch);
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("refusedEntries".to_owned(), count(|fate| matches!(fate, Fate::Refused(_))).into());
        fields.insert("waitingEntries".to_owned(), count(|fate| *fate == Fate::Waiting).into());
        fields.insert("refused".to_owned(), refusals.iter().map(refused).collect());
    }
    Ok(shown)
}

fn head(batch: &Batch) -> Value {
    json!({
        "id": batch.id.get(),
        "acceptedAt": time_text(batch.accepted_at),
        "entries": batch.count,
        "applied": batch.next,
        "finished": batch.finished,
        "sameBodyWithin24h": batch.repeated,
    })
}

/// An entry that waits or was refused; of the first refused ones payment and reason are known besides the code.
fn entry(position: u32, fate: Fate, refusals: &[BatchRefusal]) -> Option<Value> {
    let code = match fate {
        Fate::Applied => return None,
        Fate::Waiting => return Some(json!({"position": position, "fate": "waits"})),
        Fate::Refused(code) => code,
    };
    let known = refusals.binary_search_by_key(&position, |refusal| refusal.position);
    let mut shown = match known.ok().and_then(|at| refusals.get(at)) {
        Some(refusal) => refused(refusal),
        None => json!({"position": position, "code": code.as_str()}),
    };
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("fate".to_owned(), "refused".into());
    }
    Some(shown)
}

fn refused(refusal: &BatchRefusal) -> Value {
    json!({
        "position": refusal.position,
        "pspTransactionId": refusal.psp_transaction_id.as_str(),
        "code": refusal.code.as_str(),
        "reason": refusal.detail,
    })
}
