//! `/control/v1/payments/{id}/await` and `/control/v1/batch/{id}/await`: answer when it is so. Hints wake them, never time; time only
//! ends them: real time, and while it jumps (`clock auto`) business time too.

use std::time::Duration;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lommebok_control_api as wire;
use lommebok_control_api::{AwaitBatchQuery, AwaitQuery, AwaitedBatch, Jumped};
use lommebok_engine::clock::ProcessTime;
use lommebok_engine::payments::Awaited;
use lommebok_engine::time_travel::{AwaitedThing, Waiting};
use tokio::time::Instant;

use super::clock::jumped;
use super::payments::{state_named, the_one};
use super::problem::Problem;
use super::view::payment_shown;
use super::{SandboxControl, batch};
use crate::http::Answer;

/// Calls that wait at a time.
pub(super) const MOST_WAITING: usize = 256;
/// How long a call waits unless it says how long, in ms of real time.
const WITHIN_MS: u32 = 10_000;
/// The furthest bound: a day, in ms.
const FURTHEST_MS: u32 = 86_400_000;
/// How long one call waits at most, in ms of real time.
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
    let wait = within.begin(&sandbox, AwaitedThing::Payment(id, awaited.clone()));
    let over = payments.until(id, |payment| awaited.is_so(payment) || !awaited.is_possible(payment));
    let payment = match wait.ends(over).await {
        Some(payment) => payment?,
        None => payments.load(id).await?,
    };
    let reached = awaited.is_so(&payment);
    let still_possible = reached || awaited.is_possible(&payment);
    let (left_ms, jumped) = wait.ended().await;
    Ok(Answer(wire::Awaited { reached, still_possible, left_ms, jumped, payment: payment_shown(&payment) }))
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
    let wait = within.begin(&sandbox, AwaitedThing::Batch(id));
    if let Some(applied) = wait.ends(wallet.status_updates.until_applied(id)).await {
        applied?;
    }
    let reached = wallet.status_updates.is_applied(id).await?;
    let (left_ms, jumped) = wait.ended().await;
    let batch = batch::the_one(wallet, Ok(Path(id.get().to_string()))).await?;
    Ok(Answer(AwaitedBatch { reached, left_ms, jumped, batch: batch::one(wallet, &batch).await? }))
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

fn within(asked_ms: Option<u32>) -> Result<Within, Problem> {
    if asked_ms.is_some_and(|asked_ms| asked_ms > FURTHEST_MS) {
        return Err(Problem::bad_request(format!("within_ms may be at most {FURTHEST_MS} (a day)")));
    }
    Ok(Within { ms: asked_ms.unwrap_or(WITHIN_MS), is_asked: asked_ms.is_some() })
}

/// How long a call may wait for what it awaits.
#[derive(Clone, Copy)]
struct Within {
    ms: u32,
    /// Whether it was said: then it is a bound of business time too, while that jumps.
    is_asked: bool,
}

impl Within {
    fn begin(self, sandbox: &SandboxControl, thing: AwaitedThing) -> Wait {
        let in_business_time = self.is_asked.then(|| Duration::from_millis(self.ms.into()));
        Wait { within: self, began: ProcessTime.now(), waiting: sandbox.time_travel.awaits(thing, in_business_time) }
    }
}

/// A call that waits.
struct Wait {
    within: Within,
    began: Instant,
    waiting: Waiting,
}

impl Wait {
    /// What `over` comes to; nothing when time is up before.
    async fn ends<T>(&self, over: impl Future<Output = T>) -> Option<T> {
        let real = Duration::from_millis(self.within.ms.min(LONGEST_MS).into());
        let in_real_time = tokio::time::timeout(real, over);
        tokio::select! {
            biased;
            ended = in_real_time => ended.ok(),
            () = self.waiting.time_is_up() => None,
        }
    }

    /// What is left of its time, in ms, and what business time did.
    async fn ended(self) -> (u32, Option<Jumped>) {
        let in_business_time = if self.within.is_asked { self.waiting.passed_ms() } else { 0 };
        let real = ProcessTime.now().duration_since(self.began).as_millis();
        let passed = u128::try_from(in_business_time).unwrap_or(0).max(real);
        let left = self.within.ms.saturating_sub(u32::try_from(passed).unwrap_or(u32::MAX));
        (left, self.waiting.jumped().await.as_ref().map(jumped))
    }
}

fn too_many() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        format!("{MOST_WAITING} calls wait already; try again when one has ended"),
    )
}
