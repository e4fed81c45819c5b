//! `/control/v1/clock`: business time, which the sandbox may freeze and advance.

use axum::extract::{Request, State};
use lommebok_control_api as wire;
use lommebok_control_api::{Advance, Advanced, Clock, Jumped, LastReset, Reset, ResetDone, TimerDone, TimerKind};
use lommebok_domain::DueKind;
use lommebok_engine::clock::ClockMode;
use lommebok_engine::time_travel::{self, ClockReset};
use lommebok_engine::timers::{DoneKind, DueDone};

use super::SandboxControl;
use super::problem::Problem;
use super::view::moment;
use crate::http::{Answer, json_object};
use lommebok_web::listener::body;

/// The furthest that one call advances the clock, in ms: 400 days.
const FURTHEST_ADVANCE_MS: u64 = 400 * 24 * 3_600_000;

/// The longest body, in bytes.
const BODY_BYTES: usize = 1_024;

#[utoipa::path(
    get,
    path = "/control/v1/clock",
    tag = "clock",
    operation_id = "showClock",
    summary = "Business time",
    responses((status = 200, description = "As it is.", body = Clock))
)]
pub(super) async fn show(State(sandbox): State<SandboxControl>) -> Result<Answer<Clock>, Problem> {
    Ok(Answer(shown(&sandbox).await?))
}

#[utoipa::path(
    post,
    path = "/control/v1/clock/freeze",
    tag = "clock",
    operation_id = "freezeClock",
    summary = "Business time stands still",
    responses((status = 200, description = "As it is now.", body = Clock))
)]
pub(super) async fn freeze(State(sandbox): State<SandboxControl>) -> Result<Answer<Clock>, Problem> {
    sandbox.time_travel.freeze().await?;
    Ok(Answer(shown(&sandbox).await?))
}

#[utoipa::path(
    post,
    path = "/control/v1/clock/resume",
    tag = "clock",
    operation_id = "resumeClock",
    summary = "Business time goes on from where it is",
    responses((status = 200, description = "As it is now.", body = Clock))
)]
pub(super) async fn resume(State(sandbox): State<SandboxControl>) -> Result<Answer<Clock>, Problem> {
    sandbox.time_travel.resume().await?;
    Ok(Answer(shown(&sandbox).await?))
}

#[utoipa::path(
    post,
    path = "/control/v1/clock/auto",
    tag = "clock",
    operation_id = "autoClock",
    summary = "Business time goes on, and jumps to what is due while an await is pending and nothing is in flight",
    responses((status = 200, description = "As it is now.", body = Clock))
)]
pub(super) async fn auto(State(sandbox): State<SandboxControl>) -> Result<Answer<Clock>, Problem> {
    sandbox.time_travel.auto().await?;
    Ok(Answer(shown(&sandbox).await?))
}

#[utoipa::path(
    post,
    path = "/control/v1/clock/advance",
    tag = "clock",
    operation_id = "advanceClock",
    summary = "Business time moves on, and all deadlines on the way happen",
    request_body = Advance,
    responses(
        (status = 200, description = "All of them have happened.", body = Advanced),
        (status = 408, description = "The body took too long.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body has more than 1,024 bytes.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn advance(
    State(sandbox): State<SandboxControl>,
    request: Request,
) -> Result<Answer<Advanced>, Problem> {
    let body = body::collect(request, BODY_BYTES).await?;
    let by: Advance = json_object(&body)
        .map_err(|fault| Problem::bad_request(format!("the body must be {{\"milliseconds\": N}}: {fault}")))?;
    if by.milliseconds > FURTHEST_ADVANCE_MS {
        return Err(Problem::bad_request(format!("milliseconds may be at most {FURTHEST_ADVANCE_MS} (400 days)")));
    }
    let advanced = sandbox.time_travel.advance(by.milliseconds).await?;
    let done = advanced.done.iter().map(timer_done).collect();
    Ok(Answer(Advanced { from: moment(advanced.from), to: moment(advanced.to), done }))
}

#[utoipa::path(
    post,
    path = "/control/v1/clock/reset",
    tag = "clock",
    operation_id = "resetClock",
    summary = "Business time is the wall clock's again",
    responses(
        (status = 200, description = "What was done.", body = Reset),
        (status = 409, description = "Too many notices wait.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn reset(State(sandbox): State<SandboxControl>) -> Result<Answer<Reset>, Problem> {
    Ok(Answer(reset_done(sandbox.time_travel.reset().await?.as_ref())))
}

/// What a reset did, for an operator; nothing when time went with the wall clock already.
pub fn reset_done(reset: Option<&ClockReset>) -> Reset {
    let Some(reset) = reset else { return Reset { reset: false, done: Vec::new(), did: None } };
    let did = ResetDone {
        from: moment(reset.from),
        to: moment(reset.to),
        notices_moved: u64::try_from(reset.notices_moved).unwrap_or(u64::MAX),
        sessions_ended: reset.ended.sessions,
        idempotency_keys_ended: reset.ended.idempotency_keys,
    };
    Reset { reset: true, done: reset.done.iter().map(timer_done).collect(), did: Some(did) }
}

pub(super) fn timer_done(done: &DueDone) -> TimerDone {
    let kind = match done.kind {
        DoneKind::Due(DueKind::Timer) => TimerKind::Timer,
        DoneKind::Due(DueKind::Notice) => TimerKind::Notice,
        DoneKind::Due(DueKind::Waiting) => TimerKind::WaitingEntries,
        DoneKind::ScriptedUser => TimerKind::ScriptedUser,
    };
    TimerDone { due_at: moment(done.due_at), kind, payment: done.payment.get() }
}

pub(super) fn jumped(jumped: &time_travel::Jumped) -> Jumped {
    Jumped {
        from: moment(jumped.from),
        to: moment(jumped.to),
        by_ms: jumped.by_ms,
        done: jumped.done.iter().map(timer_done).collect(),
    }
}

async fn shown(sandbox: &SandboxControl) -> Result<Clock, Problem> {
    let clock = &sandbox.wallet.clock;
    let mode = match clock.mode() {
        ClockMode::Running { .. } if sandbox.time_travel.is_auto() => wire::ClockMode::Auto,
        ClockMode::Running { .. } => wire::ClockMode::Running,
        ClockMode::Frozen { .. } => wire::ClockMode::Frozen,
    };
    let last = sandbox.time_travel.last_reset().await?;
    let last = last.map(|last| LastReset { number: last.number, from: moment(last.from), to: moment(last.to) });
    Ok(Clock {
        now: moment(clock.now()),
        mode,
        ahead_ms: clock.ahead_ms(),
        jumped_ms: sandbox.time_travel.jumped_ms(),
        wall_behind_ms: clock.wall_behind_ms(),
        resetting: sandbox.wallet.gate.is_resetting(),
        last_reset: last,
    })
}
