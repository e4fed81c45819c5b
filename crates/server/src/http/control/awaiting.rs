//! `/control/v1/payments/{id}/await` and `/control/v1/batch/{id}/await`: answer when it is so. Hints wake them, never time; real
//! time only ends them.

use std::time::Duration;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lommebok_control_api as wire;
use lommebok_control_api::{AwaitBatchQuery, AwaitQuery, AwaitedBatch};
use lommebok_engine::payments::Awaited;

use super::payments::{state_named, the_one};
use super::problem::Problem;
use super::view::payment_shown;
use super::{SandboxControl, batch};
use crate::http::Answer;

/// Calls that wait at a time.
pub(super) const MOST_WAITING: usize = 256;
/// How long a call waits unless it says how long, in ms of real time.
const WITHIN_MS: u32 = 10_000;
/// How long one waits at most, in ms of real time.
const LONGEST_MS: u32 = 60_000;

#[utoipa::path(
    get,
    path = "/control/v1/payments/{id}/await",
    tag = "acting",
    operation_id = "awaitPayment",
    summary = "Waits until it is so",
    params(("id" = String, Path, description = "A `pspTransactionId`, or the wallet's own number."), AwaitQuery),
    responses(
        (status = 200, description = "It is so, or can't become so any more, or time is up; `reached` says which.", body = wire::Awaited),
        (status = 404, description = "There is no such payment.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "Several PSPs have such a payment.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn payment(
    State(sandbox): State<SandboxControl>,
    id: Result<Path<String>, PathRejection>,
    asked: Result<Query<AwaitQuery>, QueryRejection>,
) -> Result<Answer<wire::Awaited>, Problem> {
    let Query(asked) = asked?;
    let (awaited, within) = (awaited(&asked)?, within(asked.within_ms)?);
    let _place = sandbox.waiting.try_acquire().map_err(|_| too_many())?;
    let id = the_one(&sandbox.wallet, id).await?.id;
    let payments = &sandbox.wallet.payments;
    let over = payments.until(id, |payment| awaited.is_so(payment) || !awaited.is_possible(payment));
    let payment = match tokio::time::timeout(within, over).await {
        Ok(payment) => payment?,
        Err(_time_is_up) => payments.load(id).await?,
    };
    let reached = awaited.is_so(&payment);
    let still_possible = reached || awaited.is_possible(&payment);
    Ok(Answer(wire::Awaited { reached, still_possible, payment: payment_shown(&payment) }))
}

#[utoipa::path(
    get,
    path = "/control/v1/batch/{id}/await",
    tag = "acting",
    operation_id = "awaitBatch",
    summary = "Waits until each entry of a request was applied or refused",
    params(("id" = i64, Path, description = "The wallet's number for it."), AwaitBatchQuery),
    responses(
        (status = 200, description = "It is so, or time is up; `reached` says which.", body = AwaitedBatch),
        (status = 404, description = "There is no such request.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn request(
    State(sandbox): State<SandboxControl>,
    id: Result<Path<String>, PathRejection>,
    asked: Result<Query<AwaitBatchQuery>, QueryRejection>,
) -> Result<Answer<AwaitedBatch>, Problem> {
    let Query(asked) = asked?;
    let within = within(asked.within_ms)?;
    let _place = sandbox.waiting.try_acquire().map_err(|_| too_many())?;
    let wallet = &sandbox.wallet;
    let id = batch::the_one(wallet, id).await?.id;
    if let Ok(applied) = tokio::time::timeout(within, wallet.status_updates.until_applied(id)).await {
        applied?;
    }
    let reached = wallet.status_updates.is_applied(id).await?;
    let batch = batch::the_one(wallet, Ok(Path(id.get().to_string()))).await?;
    Ok(Answer(AwaitedBatch { reached, batch: batch::one(wallet, &batch).await? }))
}

fn awaited(asked: &AwaitQuery) -> Result<Awaited, Problem> {
    match (asked.state.as_deref(), asked.attempt_open, asked.notice_delivered, asked.nothing_due) {
        (Some(states), false, false, false) => {
            Ok(Awaited::State(states.split(',').map(state_named).collect::<Result<_, _>>()?))
        }
        (None, true, false, false) => Ok(Awaited::AttemptOpen),
        (None, false, true, false) => Ok(Awaited::NoticeDelivered),
        (None, false, false, true) => Ok(Awaited::NothingDue),
        _ => Err(Problem::bad_request("use one of state, attempt_open, notice_delivered and nothing_due")),
    }
}

fn within(asked_ms: Option<u32>) -> Result<Duration, Problem> {
    let within_ms = asked_ms.unwrap_or(WITHIN_MS);
    if within_ms > LONGEST_MS {
        return Err(Problem::bad_request(format!("within_ms may be at most {LONGEST_MS}")));
    }
    Ok(Duration::from_millis(within_ms.into()))
}

fn too_many() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        format!("{MOST_WAITING} calls wait already; try again when one has ended"),
    )
}
