//! `/control/v1/check`: whether what is stored is sound, asked of a server that works.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lommebok_engine::operations::CheckFault;
use lommebok_store::CheckReport;
use serde_json::{Value, json};

use super::Control;
use super::problem::Problem;

pub(super) async fn run(State(control): State<Control>) -> Result<Json<Value>, Problem> {
    match control.wallet.check.run().await {
        Ok(report) => Ok(Json(check_json(&report))),
        Err(fault @ CheckFault::UnderWay) => Err(Problem::new(StatusCode::CONFLICT, fault.to_string())),
        Err(fault @ CheckFault::Store(lommebok_store::StoreError::CheckEnded)) => {
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, fault.to_string()))
        }
        Err(CheckFault::Store(fault)) => Err(fault.into()),
    }
}

/// What a check found, for an operator.
pub fn check_json(report: &CheckReport) -> Value {
    json!({"sound": report.faults.is_empty(), "payments": report.payments, "faults": report.faults})
}
