//! `/control/v1/clock`: business time, which the sandbox may freeze and advance.

use axum::Json;
use axum::extract::{Request, State};
use lommebok_domain::DueKind;
use lommebok_engine::clock::ClockMode;
use lommebok_engine::clock::time_text;
use lommebok_engine::time_travel::ClockReset;
use lommebok_engine::timers::DueDone;
use serde::Deserialize;
use serde_json::{Value, json};

use super::SandboxControl;
use super::problem::Problem;
use crate::http::json_object;
use lommebok_web::listener::body;

/// The furthest that one call advances the clock, in ms: 400 days.
const FURTHEST_ADVANCE_MS: u64 = 400 * 24 * 3_600_000;

/// The longest body, in bytes.
const BODY_BYTES: usize = 1_024;

/// The body of an advance.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvanceBy {
    milliseconds: u64,
}

pub(super) async fn show(State(sandbox): State<SandboxControl>) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&sandbox)?))
}

pub(super) async fn freeze(State(sandbox): State<SandboxControl>) -> Result<Json<Value>, Problem> {
    sandbox.time_travel.freeze().await?;
    Ok(Json(shown(&sandbox)?))
}

pub(super) async fn resume(State(sandbox): State<SandboxControl>) -> Result<Json<Value>, Problem> {
    sandbox.time_travel.resume().await?;
    Ok(Json(shown(&sandbox)?))
}

pub(super) async fn advance(State(sandbox): State<SandboxControl>, request: Request) -> Result<Json<Value>, Problem> {
    let body = body::collect(request, BODY_BYTES).await?;
    let by: AdvanceBy = json_object(&body)
        .map_err(|fault| Problem::bad_request(format!("the body must be {{\"milliseconds\": N}}: {fault}")))?;
    if by.milliseconds > FURTHEST_ADVANCE_MS {
        return Err(Problem::bad_request(format!("milliseconds may be at most {FURTHEST_ADVANCE_MS} (400 days)")));
    }
    let advanced = sandbox.time_travel.advance(by.milliseconds).await?;
    let done: Vec<Value> = advanced.done.iter().map(done_json).collect();
    Ok(Json(json!({"from": time_text(advanced.from), "to": time_text(advanced.to), "done": done})))
}

pub(super) async fn reset(State(sandbox): State<SandboxControl>) -> Result<Json<Value>, Problem> {
    Ok(Json(reset_json(sandbox.time_travel.reset().await?.as_ref())))
}

/// What a reset did, for an operator; nothing when time went with the wall clock already.
pub fn reset_json(reset: Option<&ClockReset>) -> Value {
    let Some(reset) = reset else { return json!({"reset": false, "done": []}) };
    json!({
        "reset": true,
        "from": time_text(reset.from),
        "to": time_text(reset.to),
        "done": reset.done.iter().map(done_json).collect::<Vec<_>>(),
        "noticesMoved": reset.notices_moved,
        "sessionsEnded": reset.ended.sessions,
        "idempotencyKeysEnded": reset.ended.idempotency_keys,
    })
}

fn done_json(done: &DueDone) -> Value {
    json!({"dueAt": time_text(done.due_at), "kind": kind_text(done.kind), "payment": done.payment.get()})
}

fn shown(sandbox: &SandboxControl) -> Result<Value, Problem> {
    let clock = &sandbox.wallet.clock;
    let mode = match clock.mode() {
        ClockMode::Running { .. } => "running",
        ClockMode::Frozen { .. } => "frozen",
    };
    let last = sandbox
        .time_travel
        .last_reset()?
        .map(|last| json!({"number": last.number, "from": time_text(last.from), "to": time_text(last.to)}));
    Ok(json!({
        "now": time_text(clock.now()),
        "mode": mode,
        "aheadMs": clock.ahead_ms(),
        "wallBehindMs": clock.wall_behind_ms(),
        "resetting": sandbox.wallet.gate.is_resetting(),
        "lastReset": last,
    }))
}

fn kind_text(kind: DueKind) -> &'static str {
    match kind {
        DueKind::Timer => "timer",
        DueKind::Notice => "notice",
        DueKind::Waiting => "waiting_entries",
    }
}
