//! `/control/v1/check`: whether what is stored is sound, asked of a server that works.

use axum::extract::State;
use axum::http::StatusCode;
use lommebok_control_api as wire;
use lommebok_engine::operations::CheckFault;
use lommebok_store::CheckReport;

use super::Control;
use super::problem::Problem;
use crate::http::Answer;

#[utoipa::path(
    post,
    path = "/control/v1/check",
    tag = "check",
    operation_id = "check",
    summary = "Whether what is stored is sound",
    responses(
        (status = 200, description = "What was found.", body = wire::Check),
        (status = 409, description = "A check is at work.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn run(State(control): State<Control>) -> Result<Answer<wire::Check>, Problem> {
    match control.wallet.check.run().await {
        Ok(report) => Ok(Answer(check_found(&report))),
        Err(fault @ CheckFault::UnderWay) => Err(Problem::new(StatusCode::CONFLICT, fault.to_string())),
        Err(fault @ CheckFault::Store(lommebok_store::StoreError::CheckEnded)) => {
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, fault.to_string()))
        }
        Err(CheckFault::Store(fault)) => Err(fault.into()),
    }
}

/// What a check found, for an operator.
pub fn check_found(report: &CheckReport) -> wire::Check {
    wire::Check { sound: report.faults.is_empty(), payments: report.payments, faults: report.faults.clone() }
}
