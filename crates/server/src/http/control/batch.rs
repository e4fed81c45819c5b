//! `/control/v1/batch`: run what waits now, and report what came of it.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use lommebok_store::{Batch, BatchId, BatchRefusal};
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use super::{Control, time_text};

/// Batches in one report.
const BATCHES_REPORTED: u32 = 50;
/// Refused entries that a report lists per batch.
const REFUSALS_REPORTED: u32 = 1_000;

/// Which page of the report.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    before: Option<i64>,
}

pub(super) async fn run(State(control): State<Control>) -> Result<Json<Value>, Problem> {
    let applied = control.wallet.run_batches().await?;
    Ok(Json(json!({"batches": reported(&control, &applied)?})))
}

pub(super) async fn report(
    State(control): State<Control>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(page) = page?;
    let batches =
        control.wallet.store().batches(control.wallet.tenant(), page.before.map(BatchId::new), BATCHES_REPORTED)?;
    let full = u32::try_from(batches.len()).is_ok_and(|len| len >= BATCHES_REPORTED);
    let next = batches.last().filter(|_| full).map(|batch| batch.id.get());
    Ok(Json(json!({"batches": reported(&control, &batches)?, "before": next})))
}

fn reported(control: &Control, batches: &[Batch]) -> Result<Vec<Value>, Problem> {
    batches.iter().map(|batch| one(control, batch)).collect()
}

fn one(control: &Control, batch: &Batch) -> Result<Value, Problem> {
    let wallet = &control.wallet;
    let refusals = wallet.store().batch_refusals(wallet.tenant(), batch.id, 0, REFUSALS_REPORTED)?;
    Ok(json!({
        "id": batch.id.get(),
        "acceptedAt": time_text(batch.accepted_at),
        "entries": batch.count,
        "applied": batch.next,
        "finished": batch.finished,
        "sameBodyWithin24h": batch.repeated,
        "refused": refusals.iter().map(refused).collect::<Vec<_>>(),
    }))
}

fn refused(refusal: &BatchRefusal) -> Value {
    json!({
        "position": refusal.position,
        "pspTransactionId": refusal.psp_transaction_id.as_str(),
        "code": refusal.code,
        "reason": refusal.detail,
    })
}
