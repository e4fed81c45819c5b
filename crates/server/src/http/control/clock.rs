//! `/control/v1/clock`: business time, which the sandbox may freeze and advance.

use axum::Json;
use axum::extract::{Request, State};
use lommebok_domain::DueKind;
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use super::{Control, time_text};
use crate::clock::ClockMode;
use crate::http::json_object;
use crate::listener::body;

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

pub(super) async fn show(State(control): State<Control>) -> Json<Value> {
    Json(shown(&control))
}

pub(super) async fn freeze(State(control): State<Control>) -> Result<Json<Value>, Problem> {
    control.wallet.freeze().await?;
    Ok(Json(shown(&control)))
}

pub(super) async fn resume(State(control): State<Control>) -> Result<Json<Value>, Problem> {
    control.wallet.resume().await?;
    Ok(Json(shown(&control)))
}

pub(super) async fn advance(State(control): State<Control>, request: Request) -> Result<Json<Value>, Problem> {
    let body = body::collect(request, BODY_BYTES).await?;
    let by: AdvanceBy = json_object(&body)
        .map_err(|fault| Problem::bad_request(format!("the body must be {{\"milliseconds\": N}}: {fault}")))?;
    if by.milliseconds > FURTHEST_ADVANCE_MS {
        return Err(Problem::bad_request(format!("milliseconds may be at most {FURTHEST_ADVANCE_MS} (400 days)")));
    }
    let advanced = control.wallet.advance(by.milliseconds).await?;
    let done: Vec<Value> = advanced
        .done
        .iter()
        .map(|done| {
            json!({"dueAt": time_text(done.due_at), "kind": kind_text(done.kind), "payment": done.payment.get()})
        })
        .collect();
    Ok(Json(json!({"from": time_text(advanced.from), "to": time_text(advanced.to), "done": done})))
}

fn shown(control: &Control) -> Value {
    let mode = match control.wallet.clock_mode() {
        ClockMode::Running { .. } => "running",
        ClockMode::Frozen { .. } => "frozen",
    };
    json!({"now": time_text(control.wallet.clock().now()), "mode": mode})
}

fn kind_text(kind: DueKind) -> &'static str {
    match kind {
        DueKind::Timer => "timer",
        DueKind::Notice => "notice",
        DueKind::Waiting => "waiting_entries",
    }
}
